using FacialAttention.Tests.Torch;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Networks;

public sealed class PatchSamplerTests
{
    /// <summary>
    /// On maps that rise evenly, a patch holds the numbers of its places: of pixel (x, y) that of ((x - 0.5) / cell, (y - 0.5) / cell), cells
    /// of a patch one further each, and all of it inside.
    /// </summary>
    [Theory]
    [InlineData(8.5, 6.5, 4, 3)] // on a cell
    [InlineData(9, 7, 4.25, 3.25)]
    [InlineData(-5, 6.5, 1, 3)] // left of the maps
    [InlineData(80, 6.5, 5, 3)] // of 7 columns the last but one
    [InlineData(8.5, -3, 4, 1)]
    [InlineData(8.5, 12, 4, 4)]
    public void Cut_EvenlyRisingMaps_HoldsTheNumbersOfItsPlaces(double x, double y, double column, double row)
    {
        using var scope = NewDisposeScope();
        Tensor rows = arange(6).to(ScalarType.Float32).view(6, 1), columns = arange(7).to(ScalarType.Float32).view(1, 7);
        Tensor maps = stack([(10 * rows) + columns, -columns + (0 * rows)]).unsqueeze(0); // [1, 2, 6, 7]
        Tensor centres = tensor([(float)x, (float)y], [1, 1, 2]);

        Tensor patch = PatchSampler.At(centres, new ImageSize(6, 7), size: 3, cell: 2).Cut(maps);

        var expected = new double[1, 2, 3, 3];
        for (int i = 0; i < 9; i++)
        {
            (double atRow, double atColumn) = (row + (i / 3) - 1, column + (i % 3) - 1);
            (expected[0, 0, i / 3, i % 3], expected[0, 1, i / 3, i % 3]) = ((10 * atRow) + atColumn, -atColumn);
        }

        Numbers.ShouldBe(patch, expected, 1e-5);
    }

    /// <summary>Patch after patch of a face, the channels of each together; faces do not mix.</summary>
    [Fact]
    public void Cut_SeveralFacesAndPatches_KeepsThemApart()
    {
        using var scope = NewDisposeScope();
        Tensor maps = Numbers.Random(1, 2, 3, 4, 5), centres = tensor([1.5f, 0.5f, 3.5f, 2.5f, 2.5f, 1.5f, 0.5f, 0.5f], [2, 2, 2]);

        Tensor patches = PatchSampler.At(centres, new ImageSize(4, 5), size: 1, cell: 1).Cut(maps);

        double[,,,] from = Numbers.ArrayOf<double[,,,]>(maps), cut = Numbers.ArrayOf<double[,,,]>(patches);
        (int Row, int Column)[] places = [(0, 1), (2, 3), (1, 2), (0, 0)];
        for (int i = 0; i < 12; i++)
        {
            (int face, int patch, int channel) = (i / 6, i / 3 % 2, i % 3);
            (int row, int column) = places[(2 * face) + patch];
            cut[face, (3 * patch) + channel, 0, 0].Should().BeApproximately(from[face, channel, row, column], 1e-6);
        }
    }

    [Fact]
    public void Spread_TwoPatches_LieByTheirWeightsOverTheMaps()
    {
        using var scope = NewDisposeScope();
        Tensor centres = tensor([0.5f, 0.5f, 2.0f, 1.5f], [1, 2, 2]), weights = tensor([0.75f, 0.25f], [1, 2]);

        Tensor spread = PatchSampler.At(centres, new ImageSize(2, 3), size: 1, cell: 1).Spread(weights);

        Numbers.ShouldBe(spread, new[,] { { 0.75, 0, 0, 0, 0.125, 0.125 } }, 1e-6);
    }

    [Fact]
    public void PatchCentres_Of_AreLandmarksMidpointsAndMovedPoints()
    {
        using var scope = NewDisposeScope();
        Tensor landmarks = stack([arange(68), 100 + (2 * arange(68))], 1).to(ScalarType.Float32).unsqueeze(0); // point i is at (i, 100 + 2 i)

        double[,,] centres = Numbers.ArrayOf<double[,,]>(PatchCentres.Of(landmarks, new ImageSize(Height: 512, Width: 256)));

        (double Point, double X, double Y)[] expected =
        [
            (18, 0, -20), (21, 0, -20), (22, 0, -20), (25, 0, -20), (38, 0, 0), (36, 0, 0), (43, 0, 0), (45, 0, 0), (27, 0, 0), (29, 0, 0),
            (48, 0, 0), (50, 0, 0), (52, 0, 0), (54, 0, 0), (58, 0, 0), (56, 0, 0), (28, 0, 0), (34, 0, 0), (40.5, 0, 0), (46.5, 0, 0),
            (37.5, 0, 0), (41, 0, 0), (48, -16, -32), (54, 16, -32),
        ];
        centres.GetLength(1).Should().Be(expected.Length).And.Be(PatchCentres.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            (double point, double x, double y) = expected[i];
            centres[0, i, 0].Should().BeApproximately(point + x, 1e-4, "patch {0}", i);
            centres[0, i, 1].Should().BeApproximately(100 + (2 * point) + y, 1e-4, "patch {0}", i);
        }
    }

    /// <summary>A drawing, whose left and right halves are alike, near where the painter puts the parts of its faces on average.</summary>
    [Fact]
    public void Aligned_Points_MirrorEachOtherAndAreNearTheDrawnFaces()
    {
        var size = new ImageSize(Height: 60, Width: 40);
        FaceLandmarks aligned = FaceLandmarks.Aligned(2, size);
        float[] points = aligned.Points.ToArray();
        FaceDataset drawn = SyntheticFaces.Generate(70, seed: 3);
        float[] faces = drawn.Columns.Landmarks!.Points.ToArray();

        aligned.Scheme.Should().Be(LandmarkScheme.Points68);
        points.Should().HaveCount(2 * 2 * 68);
        points[..136].Should().Equal(points[136..]);
        for (int i = 0; i < 68; i++)
        {
            int twin = LandmarkScheme.Points68.Mirror[i];
            points[2 * i].Should().BeApproximately(40 - points[2 * twin], 1e-4f, "point {0}", i);
            points[(2 * i) + 1].Should().Be(points[(2 * twin) + 1]);
            double x = Enumerable.Range(0, 70).Average(face => faces[(136 * face) + (2 * i)]) / 48;
            double y = Enumerable.Range(0, 70).Average(face => faces[(136 * face) + (2 * i) + 1]) / 48;
            (points[2 * i] / 40).Should().BeApproximately((float)x, 0.12f, "x of point {0}", i);
            (points[(2 * i) + 1] / 60).Should().BeApproximately((float)y, 0.12f, "y of point {0}", i);
        }

        FluentActions.Invoking(() => FaceLandmarks.Aligned(0, size)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }
}
