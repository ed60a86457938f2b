using System.Globalization;
using FacialAttention.Tests.Torch;

namespace FacialAttention.Tests.Networks;

/// <summary>What every variant is, pinned: a new variant fails here until it has its numbers.</summary>
public sealed class NetworkVariantTests
{
    // By hand, for a face of 48x48, seven labels and the defaults.
    //
    // Backbone, weights + norm (2 a channel)       | multiply-adds
    //   C1   1 *  1 * 32 =     32 + 64  =     96   | 48 * 48 *    32 =     73,728
    //   C2  25 * 32 * 32 = 25,600 + 64  = 25,664   | 48 * 48 * 25,600 = 58,982,400
    //   C3   9 * 32 * 32 =  9,216 + 64  =  9,280   | 24 * 24 *  9,216 =  5,308,416
    //   C4  25 * 32 * 64 = 51,200 + 128 = 51,328   | 12 * 12 * 51,200 =  7,372,800
    //   together                          86,368   |                    71,737,344
    // Local attention, D = 64, T = 36: projection 64 * 64 + 64, query 64 = 4,224 | 36 * 64 * 64 = 147,456
    // Head of the CNN: 64 * 36 = 2,304 features: 2,304 * 512 + 512 = 1,180,160; 512 * 7 + 7 = 3,591; together 1,183,751
    //                                                                            | 1,179,648 + 3,584 = 1,183,232
    //
    // LSTM 512 x 2: 4 * 512 * (64 + 512) + 2 * 2,048 = 1,183,744; 4 * 512 * 1,024 + 2 * 2,048 = 2,101,248; together 3,284,992
    //                                              | 36 * (1,179,648 + 2,097,152) = 117,964,800
    //   global attention 512 * 512 + 512 + 512 = 263,168 | 36 * 512 * 512 = 9,437,184
    //   linear 512 * 7 + 7 = 3,591                       | 3,584
    //
    // LSTM 128 x 1: 4 * 128 * (64 + 128) + 2 * 512 = 99,328 | 36 * 98,304 = 3,538,944
    //   global attention 128 * 128 + 128 + 128 = 16,640     | 36 * 128 * 128 = 589,824
    //   linear 128 * 7 + 7 = 903                            | 896
    private static readonly Dictionary<(NetworkVariant, int Hidden, int Layers), (long Parameters, long MultiplyAdds)> Pinned = new()
    {
        [(NetworkVariant.Cnn, 512, 2)] = (86_368 + 1_183_751, 71_737_344 + 1_183_232),
        [(NetworkVariant.CnnLstm, 512, 2)] = (86_368 + 3_284_992 + 3_591, 71_737_344 + 117_964_800 + 3_584),
        [(NetworkVariant.AcnnLstm, 512, 2)] = (86_368 + 4_224 + 3_284_992 + 3_591, 71_737_344 + 147_456 + 117_964_800 + 3_584),
        [(NetworkVariant.CnnAlstm, 512, 2)] = (86_368 + 3_284_992 + 263_168 + 3_591, 71_737_344 + 117_964_800 + 9_437_184 + 3_584),
        [(NetworkVariant.AcnnAlstm, 512, 2)] =
            (86_368 + 4_224 + 3_284_992 + 263_168 + 3_591, 71_737_344 + 147_456 + 117_964_800 + 9_437_184 + 3_584),
        [(NetworkVariant.Cnn, 128, 1)] = (86_368 + 1_183_751, 71_737_344 + 1_183_232),
        [(NetworkVariant.CnnLstm, 128, 1)] = (86_368 + 99_328 + 903, 71_737_344 + 3_538_944 + 896),
        [(NetworkVariant.AcnnLstm, 128, 1)] = (86_368 + 4_224 + 99_328 + 903, 71_737_344 + 147_456 + 3_538_944 + 896),
        [(NetworkVariant.CnnAlstm, 128, 1)] = (86_368 + 99_328 + 16_640 + 903, 71_737_344 + 3_538_944 + 589_824 + 896),
        [(NetworkVariant.AcnnAlstm, 128, 1)] = (86_368 + 4_224 + 99_328 + 16_640 + 903, 71_737_344 + 147_456 + 3_538_944 + 589_824 + 896),
    };

    public static TheoryData<NetworkVariant> Variants { get; } = Cases.Of<NetworkVariant>();

    [Theory]
    [MemberData(nameof(Variants))]
    public void ParameterCountAndMultiplyAdds_Defaults_ArePinned(NetworkVariant variant)
    {
        using var network = new ExpressionNetwork(variant);

        (network.ParameterCount, network.MultiplyAdds).Should().Be(Pinned[(variant, 512, 2)]);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void ParameterCountAndMultiplyAdds_OneLayerOf128_ArePinned(NetworkVariant variant)
    {
        using var network = new ExpressionNetwork(variant, new ExpressionNetworkOptions { LstmHiddenSize = 128, LstmLayers = 1 });

        (network.ParameterCount, network.MultiplyAdds).Should().Be(Pinned[(variant, 128, 1)]);
    }

    [Fact]
    public void ParameterCountAndMultiplyAdds_BothDirectionsAndACrop_ArePinned()
    {
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions
        {
            LstmHiddenSize = 128,
            Bidirectional = true,
            CropHeight = 40,
            CropWidth = 40,
        });

        // Backbone at 40x40: 1,600 * 32 + 1,600 * 25,600 + 400 * 9,216 + 100 * 51,200 = 49,817,600; T = 5 * 5 = 25.
        // LSTM: twice 4 * 128 * (64 + 128) + 1,024 = 99,328; twice 4 * 128 * (256 + 128) + 1,024 = 197,632; together 593,920
        //                                              | 25 * (2 * 98,304 + 2 * 196,608) = 14,745,600
        //   local attention as above                   | 25 * 64 * 64 = 102,400
        //   global attention 256 * 256 + 256 + 256 = 66,048 | 25 * 256 * 256 = 1,638,400
        //   linear 256 * 7 + 7 = 1,799                      | 1,792
        network.ParameterCount.Should().Be(86_368 + 4_224 + 593_920 + 66_048 + 1_799);
        network.MultiplyAdds.Should().Be(49_817_600 + 14_745_600 + 102_400 + 1_638_400 + 1_792);
    }

    [Fact]
    public void ParameterCountAndMultiplyAdds_OtherOptions_FollowThem()
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BatchNorm = false;
        options.Scoring = AttentionScoring.Dot;
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);

        // Stages 1x1 from 1 to 2 and 3x3 from 2 to 3 at 16x24, 5x5 from 3 to 4 at 8x12, all with bias; 4x6 = 24 steps of 4 features.
        // Queries of 4 and 5 and nothing else; LSTM 5 x 2 with two biases a gate; linear from 5 to 3.
        network.ParameterCount.Should().Be(
            (2 + 2) + (54 + 3) + (300 + 4) + 4 + ((20 * (4 + 5)) + 40) + ((20 * (5 + 5)) + 40) + 5 + (15 + 3));
        network.MultiplyAdds.Should().Be((384 * 2) + (384 * 54) + (96 * 300) + (24 * 20 * (4 + 5)) + (24 * 20 * (5 + 5)) + 15);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void StateDict_Defaults_IsApproved(NetworkVariant variant)
    {
        using var network = new ExpressionNetwork(variant);

        Approved.ShouldMatch($"Networks/Approved/{variant}.approved.txt", LinesOf(network));
    }

    [Fact]
    public void StateDict_Bidirectional_IsApproved()
    {
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { Bidirectional = true });

        Approved.ShouldMatch("Networks/Approved/AcnnAlstm.Bidirectional.approved.txt", LinesOf(network));
    }

    [Fact]
    public void StateDict_ShortcutsAndSqueezeExcitation_IsApproved()
    {
        ExpressionNetworkOptions options = TinyNetwork.Options();
        options.BackboneStages = TinyNetwork.ResidualStages;
        using var network = new ExpressionNetwork(NetworkVariant.AcnnAlstm, options);

        Approved.ShouldMatch("Networks/Approved/AcnnAlstm.Residual.approved.txt", LinesOf(network));
    }

    private static string[] LinesOf(ExpressionNetwork network) =>
    [
        .. network.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => string.Create(
            CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value.dtype} [{string.Join(", ", entry.Value.shape)}]")),
    ];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Fit_SixteenFaces_LearnsThemAll(NetworkVariant variant)
    {
        const int Side = 24;
        FaceDataset faces = SyntheticFaces.Generate(16, seed: 1, size: new ImageSize(Side, Side));
        using var network = new ExpressionNetwork(variant, new ExpressionNetworkOptions
        {
            ImageHeight = Side,
            ImageWidth = Side,
            BackboneStages = [new(1, 8), new(5, 8, Pool: true), new(3, 16, Pool: true), new(3, 32, Pool: true)],
            LstmHiddenSize = 32,
            LstmLayers = 1,
            CnnHiddenSize = 32,
        });
        Evaluator.Evaluate(network, faces).Accuracy.Should().BeLessThan(0.5);
        using var trainer = new Trainer(network, new TrainerOptions
        {
            Iterations = 80,
            BatchSize = 16,
            LearningRate = 0.003,
            Augmentation = { FlipProbability = 0 },
            ValidationInterval = 10,
            Device = DevicePreference.Cpu,
        });

        trainer.Fit(faces, faces);

        Evaluator.Evaluate(network, faces).Accuracy.Should().Be(1);
    }
}
