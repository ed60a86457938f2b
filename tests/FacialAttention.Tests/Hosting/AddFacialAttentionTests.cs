using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Hosting;

public sealed class AddFacialAttentionTests
{
    private static readonly Dictionary<string, string?> Tiny = new()
    {
        ["Variant"] = "CnnAlstm",
        ["Network:ImageHeight"] = "16",
        ["Network:ImageWidth"] = "20",
        ["Network:Labels"] = "Calm, Moved, Shaken",
        ["Network:LstmHiddenSize"] = "4",
        ["Network:LstmLayers"] = "1",
        ["Network:BackboneStages:0:KernelSize"] = "3",
        ["Network:BackboneStages:0:Channels"] = "2",
        ["Network:BackboneStages:0:Pool"] = "true",
        ["Trainer:Iterations"] = "3",
        ["Trainer:BatchSize"] = "2",
        ["Trainer:Device"] = "Cpu",
        ["Trainer:Augmentation:MaxBrightness"] = "0.125",
        ["Trainer:LearningRateFactors:backbone"] = "0",
    };

    [Fact]
    public void Options_Configuration_AreBound()
    {
        using ServiceProvider provider = Provide(Tiny);

        FacialAttentionOptions options = provider.GetRequiredService<IOptions<FacialAttentionOptions>>().Value;

        options.Variant.Should().Be(NetworkVariant.CnnAlstm);
        options.Network.Labels.Names.Should().Equal("Calm", "Moved", "Shaken");
        options.Network.BackboneStages.Should().Equal(new ConvStage(3, 2, Pool: true));
        options.Trainer.Augmentation.MaxBrightness.Should().Be(0.125);
        options.Trainer.LearningRateFactors.Should().Equal(new Dictionary<string, double> { ["backbone"] = 0 });
    }

    [Fact]
    public void Options_EmptyConfiguration_AreTheDefaults()
    {
        using ServiceProvider provider = Provide([]);

        provider.GetRequiredService<IOptions<FacialAttentionOptions>>().Value.Should().BeEquivalentTo(new FacialAttentionOptions());
    }

    [Fact]
    public void Start_OptionsOutOfRange_NamesAllOfThem()
    {
        using ServiceProvider provider = Provide(new Dictionary<string, string?>(Tiny)
        {
            ["Network:LstmHiddenSize"] = "0",
            ["Trainer:BatchSize"] = "0",
            ["Trainer:Augmentation:MaxContrast"] = "1.5",
        });

        provider.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().Contain("LstmHiddenSize is 0; expected 1 to 8192.")
            .And.Contain("BatchSize is 0; expected 1 to 65536.")
            .And.Contain("MaxContrast is 1.5; expected 0 to 1.");
    }

    [Fact]
    public void Start_OptionsSetToNull_NamesThem()
    {
        using ServiceProvider provider = new ServiceCollection()
            .AddFacialAttention(new ConfigurationBuilder().Build())
            .Configure<FacialAttentionOptions>(options => (options.Network, options.Trainer) = (null!, null!))
            .BuildServiceProvider();

        provider.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate()).Should().Throw<OptionsValidationException>()
            .Which.Message.Should().Contain("Network is null; expected options.").And.Contain("Trainer is null; expected options.");
    }

    [Theory]
    [InlineData("Trianer:BatchSize", "Trianer")]
    [InlineData("Trainer:BatchSiz", "BatchSiz")]
    [InlineData("Trainer:Augmentation:MaxContrasst", "MaxContrasst")]
    [InlineData("Network:LstmLayer", "LstmLayer")]
    public void Start_TypingError_IsRefusedByName(string key, string named)
    {
        using ServiceProvider provider = Provide(new Dictionary<string, string?> { [key] = "3" });

        provider.GetRequiredService<IStartupValidator>().Invoking(it => it.Validate())
            .Should().Throw<OptionsValidationException>().WithMessage($"*{named} is unknown; expected *");
    }

    [Fact]
    public void Services_Resolved_TrainTheNetworkOfTheScope()
    {
        var size = new ImageSize(16, 20);
        FaceDataset drawn = SyntheticFaces.Generate(6, seed: 1, labels: new ExpressionLabels("Happy", "Sad", "Angry"), size: size);
        var faces = new FaceDataset(
            drawn.Pixels.ToArray(), drawn.LabelIndices.ToArray(), size, new ExpressionLabels("Calm", "Moved", "Shaken"));
        using ServiceProvider provider = Provide(Tiny);
        ExpressionNetwork network;
        using (IServiceScope scope = provider.CreateScope())
        {
            network = scope.ServiceProvider.GetRequiredService<ExpressionNetwork>();
            network.Variant.Should().Be(NetworkVariant.CnnAlstm);
            float[] before = LastWeights(network);

            TrainingHistory history = scope.ServiceProvider.GetRequiredService<Trainer>().Fit(faces, faces);

            history.Iterations.Should().Be(3);
            history.Device.Should().BeSameAs(provider.GetRequiredService<DeviceSelection>());
            LastWeights(network).Should().NotEqual(before);
            scope.ServiceProvider.GetRequiredService<ExpressionNetwork>().Should().BeSameAs(network);
        }

        network.Invoking(LastWeights).Should().Throw<InvalidOperationException>("the scope has disposed it");
        using IServiceScope other = provider.CreateScope();
        other.ServiceProvider.GetRequiredService<ExpressionNetwork>().Should().NotBeSameAs(network);
    }

    [Fact]
    public void AddFacialAttention_Null_Throws()
    {
        IConfiguration empty = new ConfigurationBuilder().Build();

        FluentActions.Invoking(() => FacialAttentionServiceCollectionExtensions.AddFacialAttention(null!, empty))
            .Should().Throw<ArgumentNullException>().WithParameterName("services");
        new ServiceCollection().Invoking(it => it.AddFacialAttention(null!))
            .Should().Throw<ArgumentNullException>().WithParameterName("configuration");
    }

    private static ServiceProvider Provide(Dictionary<string, string?> values) => new ServiceCollection()
        .AddFacialAttention(new ConfigurationBuilder().AddInMemoryCollection(values).Build())
        .BuildServiceProvider(validateScopes: true);

    private static float[] LastWeights(Module network) => [.. network.parameters().Last().detach().data<float>()];
}
