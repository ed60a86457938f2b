using System.IO.Pipes;
using FacialAttention.Tests.Files;
using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention.Tests.Networks;

/// <summary>Streams in place of files, and the weights of networks that this library does not know.</summary>
public sealed class CheckpointStreamTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_Stream_HoldsTheBytesOfTheFile()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        Checkpoint.Save(_folder.File("a"), network);
        using var stream = new MemoryStream();
        stream.WriteByte(7);

        Checkpoint.Save(stream, network);

        stream.ToArray().Should().Equal([7, .. File.ReadAllBytes(_folder.File("a"))]);
    }

    [Fact]
    public async Task Load_StreamThatCannotSeek_GivesTheNetwork()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        using var content = new MemoryStream();
        Checkpoint.Save(content, network);
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        var writing = Task.Run(() =>
        {
            server.Write(content.ToArray());
            server.Dispose();
        });

        using ExpressionNetwork restored = Checkpoint.Load(client);

        await writing;
        Numbers.BitsOf(restored).Should().Equal(Numbers.BitsOf(network));
        content.Position = 0;
        using ExpressionNetwork withNewHead = Checkpoint.Load(content, new ExpressionLabels("a", "b"), seed: 3);
        withNewHead.Options.Labels.Count.Should().Be(2);
    }

    [Fact]
    public void Load_StreamThatEndsEarly_IsRefused()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        using var content = new MemoryStream();
        Checkpoint.Save(content, network);
        byte[] whole = content.ToArray();
        foreach (int length in (int[])[0, 7, 8, 100, whole.Length - 1])
        {
            FluentActions.Invoking(() => Checkpoint.Load(new MemoryStream(whole, 0, length)))
                .Should().ThrowExactly<InvalidDataException>().WithMessage("The stream is not a sound safetensors file: *");
        }
    }

    [Fact]
    public void AnyMethod_StreamThatCannot_SaysWhatWasExpected()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.Cnn);
        using FileStream writeOnly = File.OpenWrite(_folder.File("a"));
        using var readOnly = new MemoryStream([], writable: false);

        FluentActions.Invoking(() => Checkpoint.Load(writeOnly)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The stream cannot be read; expected one that can.*");
        FluentActions.Invoking(() => Checkpoint.Save(readOnly, network)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("The stream cannot be written to; expected one that can.*");
        FluentActions.Invoking(() => Checkpoint.Load((Stream)null!)).Should().ThrowExactly<ArgumentNullException>();
        FluentActions.Invoking(() => Checkpoint.Save((Stream)null!, network)).Should().ThrowExactly<ArgumentNullException>();
    }

    [Fact]
    public void LoadWeights_WeightsOfAnyNetwork_AreThoseThatWereSaved()
    {
        using var network = new TwoInputs();
        using var other = new TwoInputs();
        Checkpoint.SaveWeights(_folder.File("a"), network);

        Checkpoint.LoadWeights(_folder.File("a"), other).Should().BeTrue("the file carries a checksum");

        Numbers.BitsOf(other).Should().Equal(Numbers.BitsOf(network));
        FluentActions.Invoking(() => Checkpoint.Load(_folder.File("a"))).Should().ThrowExactly<InvalidDataException>()
            .WithMessage("*the metadata has no 'formatVersion'; expected a file that FacialAttention wrote.");
    }

    [Fact]
    public void LoadWeights_WeightsOfAnotherNetwork_NameTheTensor()
    {
        using var network = new TwoInputs();
        using ExpressionNetwork other = TinyNetwork.Create(NetworkVariant.Cnn);
        Checkpoint.SaveWeights(_folder.File("a"), other);
        Dictionary<string, string> before = Numbers.BitsOf(network);

        FluentActions.Invoking(() => Checkpoint.LoadWeights(_folder.File("a"), network)).Should().ThrowExactly<InvalidDataException>()
            .WithMessage($"'{_folder.File("a")}': tensor * is missing; expected the 5 keys of TwoInputs.");
        Numbers.BitsOf(network).Should().Equal(before);
    }

    /// <summary>Faces and points to two logits, with a buffer of whole numbers.</summary>
    private sealed class TwoInputs : Module<Tensor, Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> _faces = Linear(4, 2);
        private readonly Module<Tensor, Tensor> _points = Linear(6, 2);

        public TwoInputs()
            : base(nameof(TwoInputs))
        {
            register_buffer("order", tensor(new[] { 2, 0, 1 }));
            RegisterComponents();
        }

        public override Tensor forward(Tensor faces, Tensor points) => _faces.call(faces) + _points.call(points);
    }
}
