using FacialAttention.Tests.Export;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Networks;
using FacialAttention.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FacialAttention.Tests.Onnx;

public sealed class AddFacialAttentionOnnxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Services_Recognizer_IsOneForTheApplication()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        string path = _folder.Write("a.onnx", OnnxModel.BytesOf(network));
        int sessions = 0;
        using ServiceProvider provider = new ServiceCollection().AddFacialAttentionOnnx(path, _ => sessions++).BuildServiceProvider();

        var recognizer = provider.GetRequiredService<IExpressionRecognizer>();

        recognizer.Recognize(SyntheticFaces.Draw(FacialExpression.Happy, 1, 1)).Labels.Should().Be(network.Options.Labels);
        provider.GetRequiredService<OnnxExpressionRecognizer>().Should().BeSameAs(recognizer);
        sessions.Should().Be(1);
    }

    [Fact]
    public void Services_RecognizerOfTheApplicationsOwn_Stays()
    {
        using var own = new TorchExpressionRecognizer(TinyNetwork.Create(NetworkVariant.Cnn));
        using ServiceProvider provider = new ServiceCollection()
            .AddSingleton<IExpressionRecognizer>(own).AddFacialAttentionOnnx("none.onnx").BuildServiceProvider();

        provider.GetRequiredService<IExpressionRecognizer>().Should().BeSameAs(own);
        provider.Invoking(it => it.GetRequiredService<OnnxExpressionRecognizer>()).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Start_MissingModel_NamesTheWholePath()
    {
        using ServiceProvider provider = new ServiceCollection().AddFacialAttentionOnnx("none.onnx").BuildServiceProvider();

        provider.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().ThrowExactly<FileNotFoundException>()
            .WithMessage($"There is no file '{Path.GetFullPath("none.onnx")}'; expected an .onnx file.");
    }

    [Fact]
    public void Start_SoundModelOrOwnRecognizer_Passes()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.CnnLstm);
        string path = _folder.Write("a.onnx", OnnxModel.BytesOf(network));
        int sessions = 0;
        using ServiceProvider provider = new ServiceCollection().AddFacialAttentionOnnx(path, _ => sessions++).BuildServiceProvider();
        using var own = new TorchExpressionRecognizer(TinyNetwork.Create(NetworkVariant.Cnn));
        using ServiceProvider withOwn = new ServiceCollection()
            .AddFacialAttentionOnnx("none.onnx").AddSingleton<IExpressionRecognizer>(own).BuildServiceProvider();

        provider.GetRequiredService<IStartupValidator>().Validate();
        withOwn.GetRequiredService<IStartupValidator>().Validate();

        sessions.Should().Be(1);
    }

    [Fact]
    public void Services_WithoutAPath_ServeThePretrainedNetwork()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddFacialAttentionOnnx(options: new RecognitionOptions { Coverage = 0.8 }).BuildServiceProvider();

        IExpressionRecognizer recognizer = provider.GetRequiredService<IExpressionRecognizer>();

        recognizer.Labels.Names.Should().Equal(ExpressionLabels.FerPlus.Names);
        recognizer.Should().BeSameAs(provider.GetRequiredService<OnnxExpressionRecognizer>());
        new ServiceCollection().AddFacialAttentionOnnx().Should().NotBeEmpty();
        FluentActions.Invoking(() => new ServiceCollection().AddFacialAttentionOnnx((PretrainedNetwork)99))
            .Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Services_NoPath_IsRefused()
    {
        FluentActions.Invoking(() => new ServiceCollection().AddFacialAttentionOnnx("")).Should().Throw<ArgumentException>();
    }
}
