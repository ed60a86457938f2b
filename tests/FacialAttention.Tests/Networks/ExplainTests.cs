using FacialAttention.Tests.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class ExplainTests
{
    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    public static TheoryData<NetworkVariant, bool> VariantsAndModes { get; } = Cases.Of<NetworkVariant, bool>(false, true);

    private static Tensor Images(int count = 3) => Numbers.Random(1, count, 1, TinyNetwork.Height, TinyNetwork.Width);

    [Theory]
    [InlineData(NetworkVariant.Cnn)]
    [InlineData(NetworkVariant.CnnLstm)]
    [InlineData(NetworkVariant.AcnnLstm, "local_attention")]
    [InlineData(NetworkVariant.CnnAlstm, "global_attention")]
    [InlineData(NetworkVariant.AcnnAlstm, "local_attention", "global_attention")]
    public void Explain_EachVariant_GivesTheMapsOfItsLayers(NetworkVariant variant, params string[] layers)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(variant);
        (Tensor logits, IReadOnlyList<LayerAttention> attention) = network.Explain(Images());

        logits.shape.Should().Equal(3, 3);
        attention.Select(map => map.Layer).Should().Equal(layers);
        foreach (LayerAttention map in attention)
        {
            (map.GridHeight, map.GridWidth).Should().Be((4, 6));
            map.Weights.shape.Should().Equal(3, 24);
            Numbers.ValuesOf(map.Weights).Should().OnlyContain(weight => weight > 0);
            Numbers.ShouldBe(map.Weights.sum(1), new double[] { 1, 1, 1 }, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(VariantsAndModes))]
    public void Explain_Logits_AreTheForwardPassInBits(NetworkVariant variant, bool training)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(variant);
        network.train(training);
        Tensor images = Images();

        Numbers.ValuesOf(network.Explain(images).Logits).Should().Equal(Numbers.ValuesOf(network.call(images)));
        Numbers.ValuesOf(network.Classify(network.ExtractFeatures(images))).Should().Equal(Numbers.ValuesOf(network.call(images)));
    }

    [Fact]
    public void Explain_WeightsOfEachLayer_AreThoseOfTheLayerOnItsInput()
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        Numbers.Randomise(network, 5);
        network.eval();
        Dictionary<string, nn.Module> parts = network.named_modules().ToDictionary(part => part.name, part => part.module);
        Tensor images = Images();
        Tensor maps = ((ConvBackbone)parts["backbone"]).call((images - 0.5) / 0.25);
        (Tensor sequence, Tensor local) =
            ((LocalFeatureAttention)parts["local_attention"]).Attend(maps.flatten(2).transpose(1, 2).contiguous());
        (Tensor hidden, _, _) = ((TorchSharp.Modules.LSTM)parts["classifier.lstm"]).call(sequence);
        Tensor global = ((GlobalFeatureAttention)parts["classifier.global_attention"]).Attend(hidden).Weights;

        IReadOnlyList<LayerAttention> attention = network.Explain(images).Attention;

        Numbers.ValuesOf(attention[0].Weights).Should().Equal(Numbers.ValuesOf(local)).And.NotEqual(Numbers.ValuesOf(global));
        Numbers.ValuesOf(attention[1].Weights).Should().Equal(Numbers.ValuesOf(global));
    }

    [Fact]
    public void Explain_FacesOfAnotherSizeOrWithACrop_HaveTheGridOfWhatTheBackboneSees()
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnLstm);
        ExpressionNetworkOptions options = TinyNetwork.Options();
        (options.ImageHeight, options.ImageWidth, options.CropHeight, options.CropWidth) = (33, 50, 17, 25);
        using var cropped = new ExpressionNetwork(NetworkVariant.AcnnLstm, options);

        LayerAttention tall = network.Explain(Numbers.Random(1, 2, 1, 40, 17)).Attention[0];
        LayerAttention centre = cropped.Explain(Numbers.Random(1, 2, 1, 33, 50)).Attention[0];

        (tall.GridHeight, tall.GridWidth, tall.Weights.shape[1]).Should().Be((10, 5, 50));
        (centre.GridHeight, centre.GridWidth, centre.Weights.shape[1]).Should().Be((5, 7, 35));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Explain_ManyTimes_LeavesNoTensorButItsResults(NetworkVariant variant)
    {
        using ExpressionNetwork network = TinyNetwork.Create(variant);
        using Tensor images = Images();
        LayerChecks.LeavesNoTensorBehind(network.ExtractFeatures, images);
        LayerChecks.LeavesNoTensorBehind(
            input =>
            {
                (Tensor logits, IReadOnlyList<LayerAttention> attention) = network.Explain(input);
                foreach (LayerAttention map in attention)
                {
                    map.Weights.IsInvalid.Should().BeFalse();
                    map.Weights.Dispose();
                }

                return logits;
            },
            images);
    }

    [Theory]
    [InlineData(NetworkVariant.AcnnLstm, "local_attention.score.query")]
    [InlineData(NetworkVariant.CnnAlstm, "classifier.global_attention.score.query")]
    public void Explain_Maps_CarryGradients(NetworkVariant variant, string query)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(variant);
        Tensor weights = network.Explain(Images()).Attention[0].Weights;
        (weights * arange(24)).sum().backward();

        Dictionary<string, TorchSharp.Modules.Parameter> parameters =
            network.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (string key in (string[])[query, "backbone.c1.conv.weight"])
        {
            parameters[key].grad!.abs().max().ToDouble().Should().BePositive(key);
        }

        parameters["classifier.linear.weight"].grad.Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ExtractFeatures_UnderAnotherHead_TrainsHeadAndBackbone(NetworkVariant variant)
    {
        using var scope = NewDisposeScope();
        using ExpressionNetwork network = TinyNetwork.Create(variant);
        using var head = nn.Linear(network.FeatureSize, 1); // how old is this face?
        Numbers.Randomise(head, 5);
        Tensor images = Images(4);
        Tensor ages = tensor(new float[] { 1, -1, 2, 0 }).unsqueeze(1);
        using var optimizer = optim.Adam(network.parameters().Concat(head.parameters()), lr: 0.01);
        double[] before = Numbers.ValuesOf(network.state_dict()["backbone.c1.conv.weight"]);

        double first = Step();
        double last = Enumerable.Range(0, 20).Select(_ => Step()).Last();

        last.Should().BeLessThan(first);
        Numbers.ValuesOf(network.state_dict()["backbone.c1.conv.weight"]).Should().NotEqual(before);

        double Step()
        {
            optimizer.zero_grad();
            Tensor features = network.ExtractFeatures(images);
            features.shape.Should().Equal(4, network.FeatureSize);
            Tensor loss = nn.functional.mse_loss(head.call(features), ages);
            loss.backward();
            optimizer.step();
            return loss.ToDouble();
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Classify_WrongShape_SaysWhatWasGotAndExpected(NetworkVariant variant)
    {
        using ExpressionNetwork network = TinyNetwork.Create(variant);

        LayerChecks.RefusesShape(
            network.Classify, "2, 9", $"* expects features of shape [N, {network.FeatureSize}] with N of at least 1", "features");
    }

    [Fact]
    public void Options_EditedCopy_ChangesNeitherTheNetworkNorTheNextCopy()
    {
        using ExpressionNetwork network = TinyNetwork.Create(NetworkVariant.AcnnAlstm);
        ExpressionNetworkOptions copy = network.Options;
        copy.LstmHiddenSize = 99;

        network.Options.LstmHiddenSize.Should().Be(5);
        copy.BackboneStages.Should().NotBeSameAs(TinyNetwork.Options().BackboneStages).And.Equal(TinyNetwork.Options().BackboneStages);
        FluentActions.Invoking(() => ((IList<ConvStage>)network.Options.BackboneStages!)[0] = new ConvStage(3, 8))
            .Should().Throw<NotSupportedException>();
    }
}
