using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention.Tests.Training;

public sealed class FaceTensorsTests
{
    [Fact]
    public void Slice_EveryByte_IsDividedBy255AndKeepsRowsAndColumns()
    {
        using var scope = NewDisposeScope();
        byte[] pixels = [.. Enumerable.Range(0, 512).Select(i => (byte)i)];
        using var tensors = new FaceTensors(new FaceDataset(pixels, [2, 1], new ImageSize(8, 32), ToyFaces.Labels), CPU);

        (Tensor images, Tensor targets) = tensors.Slice(0, 2);

        images.shape.Should().Equal(2, 1, 8, 32);
        images.dtype.Should().Be(ScalarType.Float32);
        images.data<float>().Should().Equal(pixels.Select(pixel => pixel / 255f));
        images[1, 0, 3, 7].ToSingle().Should().Be(((3 * 32) + 7) / 255f);
        targets.dtype.Should().Be(ScalarType.Float32);
        targets.data<float>().Should().Equal(0, 0, 1, 0, 1, 0);
    }

    [Fact]
    public void Gather_AnyRows_ReturnsThemInThatOrderWithTheirLabels()
    {
        using var scope = NewDisposeScope();
        FaceDataset faces = ToyFaces.Noise(count: 9, seed: 1);
        using var tensors = new FaceTensors(faces, CPU);
        int[] rows = [8, 0, 3, 3, 7];

        (Tensor images, Tensor targets) = tensors.Gather([.. rows.Select(row => (long)row)]);

        images.shape.Should().Equal(5, 1, ToyFaces.Height, ToyFaces.Width);
        images.data<float>().Should().Equal(rows.SelectMany(row => faces.PixelsOf(row).ToArray()).Select(pixel => pixel / 255f));
        targets.argmax(1).data<long>().Should().Equal(rows.Select(row => (long)faces.LabelOf(row)));
    }

    [Theory]
    [InlineData(0, 9)]
    [InlineData(4, 3)]
    [InlineData(8, 1)]
    public void Slice_PartOfTheRows_ReturnsThatPart(int start, int count)
    {
        using var scope = NewDisposeScope();
        FaceDataset faces = ToyFaces.Noise(count: 9, seed: 2);
        using var tensors = new FaceTensors(faces, CPU);

        (Tensor images, Tensor targets) = tensors.Slice(start, count);

        images.shape.Should().Equal(count, 1, ToyFaces.Height, ToyFaces.Width);
        images.data<float>().Should().Equal(
            Enumerable.Range(start, count).SelectMany(row => faces.PixelsOf(row).ToArray()).Select(pixel => pixel / 255f));
        targets.argmax(1).data<long>().Should().Equal(Enumerable.Range(start, count).Select(row => (long)faces.LabelOf(row)));
    }

    [Fact]
    public void Labels_Above127_StayPositive()
    {
        using var scope = NewDisposeScope();
        var labelSet = new ExpressionLabels(Enumerable.Range(0, 200).Select(i => $"label {i}"));
        using var tensors = new FaceTensors(new FaceDataset([1, 2], [199, 128], new ImageSize(1, 1), labelSet), CPU);

        tensors.Slice(0, 2).Targets.argmax(1).data<long>().Should().Equal(199, 128);
        tensors.Gather([1, 0]).Targets.argmax(1).data<long>().Should().Equal(128, 199);
    }

    [Fact]
    public void Batches_Changed_DoNotChangeTheDataset()
    {
        using var scope = NewDisposeScope();
        FaceDataset faces = ToyFaces.Noise(count: 3, seed: 3);
        byte[] before = faces.Pixels.ToArray();
        using var tensors = new FaceTensors(faces, CPU);
        float[] expected = [.. tensors.Slice(0, 3).Images.data<float>()];

        tensors.Slice(0, 3).Images.zero_();
        tensors.Gather([0, 1, 2]).Images.zero_();

        tensors.Slice(0, 3).Images.data<float>().Should().Equal(expected);
        faces.Pixels.ToArray().Should().Equal(before);
    }

    [Fact]
    public void Targets_OfVotes_AreTheirSharesAndWithoutAVoteTheLabel()
    {
        using var scope = NewDisposeScope();
        var columns = new FaceColumns { Votes = new byte[] { 1, 0, 3, 0, 0, 0, 255, 255, 0 } };
        using var tensors = new FaceTensors(new FaceDataset([1, 2, 3], [2, 1, 0], new ImageSize(1, 1), ToyFaces.Labels, columns), CPU);

        tensors.Slice(0, 3).Targets.data<float>().Should().Equal(0.25f, 0, 0.75f, 0, 1, 0, 0.5f, 0.5f, 0);
    }

    [Fact]
    public void Batches_OfADatasetWithColumns_HaveThemByRow()
    {
        using var scope = NewDisposeScope();
        var scheme = new LandmarkScheme("two", 1, 0);
        var columns = new FaceColumns
        {
            Weights = new float[] { 0, 2, 3 },
            Teacher = new float[] { 1, 0, 0, 0, 1, 0, 0, 0.5f, 0.5f },
            Landmarks = new FaceLandmarks(scheme, new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }),
        };
        using var tensors = new FaceTensors(new FaceDataset([1, 2, 3], [2, 1, 0], new ImageSize(1, 1), ToyFaces.Labels, columns), CPU);

        foreach (FaceBatch batch in (FaceBatch[])[tensors.Gather([2, 1]), tensors.Slice(1, 2)])
        {
            bool isGathered = batch.Weights![0].ToSingle() == 3;
            batch.Weights!.data<float>().Should().Equal(isGathered ? [3, 2] : [2, 3]);
            batch.Teacher!.shape.Should().Equal(2, 3);
            batch.Teacher![isGathered ? 0 : 1].data<float>().Should().Equal(0, 0.5f, 0.5f);
            batch.Landmarks!.shape.Should().Equal(2, 2, 2);
            batch.Landmarks![isGathered ? 0 : 1].contiguous().data<float>().Should().Equal(9, 10, 11, 12);
            batch.LandmarkScheme.Should().BeSameAs(scheme);
        }
    }

    [Fact]
    public void Constructor_SmoothingAndBalancedClasses_ShowInTargetsAndWeights()
    {
        using var scope = NewDisposeScope();
        var columns = new FaceColumns { Weights = new float[] { 1, 2, 4 } };
        var faces = new FaceDataset([1, 2, 3], [2, 2, 0], new ImageSize(1, 1), ToyFaces.Labels, columns);
        using var tensors = new FaceTensors(faces, CPU, smoothing: 0.3, ClassWeighting.Balanced);

        FaceBatch batch = tensors.Slice(0, 3);

        batch.Targets[0].data<float>().ToArray().Should().SatisfyRespectively(
            it => it.Should().BeApproximately(0.1f, 1e-6f),
            it => it.Should().BeApproximately(0.1f, 1e-6f),
            it => it.Should().BeApproximately(0.8f, 1e-6f));
        batch.Weights!.data<float>().Should().Equal(0.5f, 1, 4); // 3 / (3 x 2) and 3 / (3 x 1)
    }

    [Fact]
    public void Constructor_BalancedClassesWithFacesThatDoNotCount_BalancesTheOthers()
    {
        using var scope = NewDisposeScope();
        var columns = new FaceColumns { Weights = new float[] { 1, 0, 1, 1, 0 } };
        var faces = new FaceDataset([1, 2, 3, 4, 5], [2, 2, 0, 2, 1], new ImageSize(1, 1), ToyFaces.Labels, columns);
        using var tensors = new FaceTensors(faces, CPU, weighting: ClassWeighting.Balanced);

        tensors.Slice(0, 5).Weights!.data<float>().Should().Equal(0.5f, 0, 1, 0.5f, 0); // 3 / (3 x 2) and 3 / (3 x 1)
    }

    [Fact]
    public void Constructor_NoFaceThatCounts_SaysSo()
    {
        var faces = new FaceDataset([1, 2], [2, 2], new ImageSize(1, 1), ToyFaces.Labels, new FaceColumns { Weights = new float[] { 0, 0 } });

        FluentActions.Invoking(() => new FaceTensors(faces, CPU)).Should().Throw<ArgumentException>()
            .WithMessage("All 2 faces have weight 0; expected at least one that counts.*");
    }

    [Fact]
    public void Tensors_OfBatchesAndDataset_AreOwnedAsDocumented()
    {
        long live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        FaceTensors tensors;
        using (NewDisposeScope())
        {
            tensors = new FaceTensors(ToyFaces.Noise(count: 6, seed: 4), CPU);
        }

        for (int i = 0; i < 3; i++)
        {
            (Tensor gathered, Tensor gatheredLabels) = tensors.Gather([5, 1]);
            (Tensor sliced, Tensor slicedLabels) = tensors.Slice(2, 4);
            (DisposeScopeManager.Statistics.ThreadTotalLiveCount - live).Should().Be(6, "two hold the dataset and four the batches");
            gathered.Dispose();
            gatheredLabels.Dispose();
            sliced.Dispose();
            slicedLabels.Dispose();
        }

        tensors.Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
    }
}
