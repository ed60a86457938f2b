using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Changes batches of faces at random, each face in its own way. First geometry, which moves landmarks too: flip, rotation, scale and shift,
/// crop; then appearance: contrast and brightness, erasing, corruption. What happens to a batch is a pure function of the seed and the iteration, the same
/// on every device; what is switched off draws nothing from what is on. All on tensors of the whole batch, wherever they are, but for
/// corruption, which is done to the bytes of the faces that it meets.
/// </summary>
/// <param name="options">What to do, valid; null for the paper's flips.</param>
/// <param name="seed">The seed of all random numbers, at least 0.</param>
internal sealed class Augmentation(AugmentationOptions? options = null, int seed = 1)
{
    // Each keeps a stream of random numbers apart from the others of the same seed; BatchOrder has 1, Mixup 7, AlternatingFlips 8.
    private const long FlipStream = 2;
    private const long AffineStream = 3;
    private const long CropStream = 4;
    private const long LightStream = 5;
    private const long EraseStream = 6;
    private const long CorruptionStream = 9;

    private const double SmallestErasedShare = 0.02;
    private const double LargestErasedAspect = 3.3;

    private readonly AugmentationOptions _options = options ?? new AugmentationOptions();

    /// <summary>
    /// The batch with its faces changed, [N, 1, CropHeight, CropWidth] if the options say so, and as they were between geometry and appearance
    /// (<see cref="FaceBatch.Clean"/>). Tensors of the batch that nothing changes are in the result too; the caller owns the others.
    /// </summary>
    /// <param name="batch">Faces not smaller than the crop; they stay as they are.</param>
    /// <param name="iteration">Which batch this is; equal values change a batch in the same way.</param>
    /// <param name="isMirrored">Whether each face is mirrored; null to draw it.</param>
    public FaceBatch Apply(FaceBatch batch, long iteration, bool[]? isMirrored = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        ILookup<bool, (long Face, Corruption What)> corruptions = DrawCorruptions((int)batch.Images.shape[0], iteration)
            .ToLookup(drawn => drawn.What.Kind == CorruptionKind.Rotation); // which is geometry
        FaceBatch moved = Crop(Warp(Flip(batch, isMirrored ?? DrawFlips(batch, iteration)), iteration), iteration); // [N, 1, h, w]
        moved = Spoil(moved, [.. corruptions[true]]);
        Tensor images = Erase(Light(moved.Images, iteration), iteration);
        images = Spoil(moved with { Images = images }, [.. corruptions[false]]).Images;
        return (moved with { Images = images, Clean = ReferenceEquals(images, moved.Images) ? images.alias() : moved.Images }).MoveToOuter(scope);
    }

    /// <summary>Null where nothing is mirrored.</summary>
    private bool[]? DrawFlips(FaceBatch batch, long iteration)
    {
        if (_options.FlipProbability == 0)
        {
            return null;
        }

        var random = new SeededRandom(seed, FlipStream, iteration);
        var isMirrored = new bool[batch.Images.shape[0]];
        for (int i = 0; i < isMirrored.Length; i++)
        {
            isMirrored[i] = random.NextDouble() < _options.FlipProbability;
        }

        return isMirrored;
    }

    private static FaceBatch Flip(FaceBatch batch, bool[]? isMirrored)
    {
        if (isMirrored is null)
        {
            return batch;
        }

        Tensor mask = tensor(isMirrored).to(batch.Images.device);
        FaceBatch mirrored = batch.Mirror();
        return batch with
        {
            Images = where(mask.view(-1, 1, 1, 1), mirrored.Images, batch.Images),
            Landmarks = batch.Landmarks is { } landmarks ? where(mask.view(-1, 1, 1), mirrored.Landmarks!, landmarks) : null,
        };
    }

    private FaceBatch Warp(FaceBatch batch, long iteration)
    {
        if (_options is { MaxRotationDegrees: 0, MaxScale: 0, MaxShiftPixels: 0 })
        {
            return batch;
        }

        Tensor images = batch.Images;
        var random = new SeededRandom(seed, AffineStream, iteration);
        (double height, double width) = (images.shape[2], images.shape[3]);
        var matrices = new float[images.shape[0] * 6];
        var moves = new float[matrices.Length]; // From a point's place in the image to that in the result, in pixels from the centre.
        for (int i = 0; i < matrices.Length; i += 6)
        {
            double angle = Symmetric(ref random, _options.MaxRotationDegrees * Math.PI / 180);
            double scale = 1 + Symmetric(ref random, _options.MaxScale);
            double right = Symmetric(ref random, _options.MaxShiftPixels);
            double down = Symmetric(ref random, _options.MaxShiftPixels);
            // From a place in the result to the place in the image, both in halves of the sides, so turning needs the sides' ratio.
            double cosine = Math.Cos(angle) / scale, sine = Math.Sin(angle) / scale;
            double x = -2 * right / width, y = -2 * down / height;
            matrices[i] = (float)cosine;
            matrices[i + 1] = (float)(sine * height / width);
            matrices[i + 2] = (float)((cosine * x) + (sine * height / width * y));
            matrices[i + 3] = (float)(-sine * width / height);
            matrices[i + 4] = (float)cosine;
            matrices[i + 5] = (float)((-sine * width / height * x) + (cosine * y));
            moves[i] = moves[i + 4] = (float)(Math.Cos(angle) * scale);
            moves[i + 1] = (float)(-Math.Sin(angle) * scale);
            moves[i + 2] = (float)right;
            moves[i + 3] = (float)(Math.Sin(angle) * scale);
            moves[i + 5] = (float)down;
        }

        Tensor theta = tensor(matrices, [images.shape[0], 2, 3]).to(images.dtype).to(images.device);
        Tensor grid = nn.functional.affine_grid(theta, images.shape, align_corners: false); // [N, H, W, 2]
        return batch with
        {
            Images = nn.functional.grid_sample(
                images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false),
            Landmarks = batch.Landmarks is { } landmarks ? Move(landmarks, moves, width / 2, height / 2) : null,
        };
    }

    /// <summary>Landmarks [N, L, 2], each face's by its own matrix [2, 3] about a centre.</summary>
    private static Tensor Move(Tensor landmarks, float[] moves, double centreX, double centreY)
    {
        Tensor move = tensor(moves, [landmarks.shape[0], 2, 3]).to(landmarks.device);
        Tensor centre = tensor([(float)centreX, (float)centreY]).to(landmarks.device);
        Tensor turned = (landmarks - centre).matmul(move.narrow(2, 0, 2).transpose(1, 2)); // [N, L, 2]
        return turned + move.narrow(2, 2, 1).transpose(1, 2) + centre;
    }

    private FaceBatch Crop(FaceBatch batch, long iteration)
    {
        if (_options is not { CropHeight: { } height, CropWidth: { } width })
        {
            return batch;
        }

        Tensor images = batch.Images;
        var random = new SeededRandom(seed, CropStream, iteration);
        var rows = new long[images.shape[0] * height];
        var columns = new long[images.shape[0] * width];
        var corners = new float[images.shape[0] * 2];
        for (int i = 0; i < images.shape[0]; i++)
        {
            int top = random.NextInt32((int)images.shape[2] - height + 1);
            int left = random.NextInt32((int)images.shape[3] - width + 1);
            (corners[2 * i], corners[(2 * i) + 1]) = (left, top);
            for (int y = 0; y < height; y++)
            {
                rows[(i * height) + y] = top + y;
            }

            for (int x = 0; x < width; x++)
            {
                columns[(i * width) + x] = left + x;
            }
        }

        Tensor face = arange(images.shape[0], device: images.device).view(-1, 1, 1);
        Tensor row = tensor(rows).to(images.device).view(-1, height, 1);
        Tensor column = tensor(columns).to(images.device).view(-1, 1, width);
        return batch with
        {
            Images = images.squeeze(1).index(face, row, column).unsqueeze(1), // [N, 1, h, w]
            Landmarks = batch.Landmarks is { } landmarks ? landmarks - tensor(corners).to(landmarks.device).view(-1, 1, 2) : null,
        };
    }

    private Tensor Light(Tensor images, long iteration)
    {
        if (_options is { MaxBrightness: 0, MaxContrast: 0 })
        {
            return images;
        }

        var random = new SeededRandom(seed, LightStream, iteration);
        var contrasts = new float[images.shape[0]];
        var brightnesses = new float[images.shape[0]];
        for (int i = 0; i < contrasts.Length; i++)
        {
            contrasts[i] = (float)(1 + Symmetric(ref random, _options.MaxContrast));
            brightnesses[i] = (float)Symmetric(ref random, _options.MaxBrightness);
        }

        Tensor mean = images.mean([2, 3], keepdim: true); // [N, 1, 1, 1]
        Tensor contrast = PerFace(contrasts, images);
        using Scalar black = 0, white = 1;
        Tensor offset = (mean * (white - contrast)).add_(PerFace(brightnesses, images));
        return (images * contrast).add_(offset).clamp_(black, white);
    }

    private Tensor Erase(Tensor images, long iteration)
    {
        if (_options.ErasingProbability == 0)
        {
            return images;
        }

        var random = new SeededRandom(seed, EraseStream, iteration);
        (int height, int width) = ((int)images.shape[2], (int)images.shape[3]);
        int count = (int)images.shape[0];
        var bounds = new float[4 * count]; // tops, bottoms, lefts, rights
        var tones = new float[count];
        for (int i = 0; i < count; i++)
        {
            bool isErased = random.NextDouble() < _options.ErasingProbability;
            double area = random.NextDouble(SmallestErasedShare, _options.MaxErasedShare) * height * width;
            double aspect = Math.Exp(Symmetric(ref random, Math.Log(LargestErasedAspect)));
            int rows = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, height);
            int columns = Math.Clamp((int)Math.Round(Math.Sqrt(area / aspect)), 1, width);
            int top = random.NextInt32(height - rows + 1);
            int left = random.NextInt32(width - columns + 1);
            tones[i] = (float)random.NextDouble();
            bounds[i] = top;
            bounds[count + i] = isErased ? top + rows : top;
            bounds[(2 * count) + i] = left;
            bounds[(3 * count) + i] = left + columns;
        }

        Tensor[] edges = tensor(bounds, [4, count, 1, 1, 1]).to(images.device).unbind(0); // each [N, 1, 1, 1]
        Tensor y = arange(height, ScalarType.Float32, images.device).view(1, 1, -1, 1);
        Tensor x = arange(width, ScalarType.Float32, images.device).view(1, 1, 1, -1);
        Tensor isInside = y.ge(edges[0]) & y.lt(edges[1]) & x.ge(edges[2]) & x.lt(edges[3]); // [N, 1, H, W]
        return where(isInside, PerFace(tones, images), images);
    }

    private List<(long Face, Corruption What)> DrawCorruptions(int count, long iteration)
    {
        var drawn = new List<(long Face, Corruption What)>();
        if (_options.CorruptionProbability == 0)
        {
            return drawn;
        }

        var random = new SeededRandom(seed, CorruptionStream, iteration);
        CorruptionKind[] kinds = Enum.GetValues<CorruptionKind>();
        for (int face = 0; face < count; face++)
        {
            bool isSpoilt = random.NextDouble() < _options.CorruptionProbability;
            CorruptionKind kind = kinds[random.NextInt32(kinds.Length)];
            int strength = 1 + random.NextInt32(_options.MaxCorruptionStrength);
            long own = unchecked((long)random.NextUInt64());
            if (isSpoilt)
            {
                drawn.Add((face, new Corruption(kind, strength, own)));
            }
        }

        return drawn;
    }

    /// <summary>The batch with some of its faces, and their landmarks, as corruptions leave them; the other faces keep every bit.</summary>
    private static FaceBatch Spoil(FaceBatch batch, (long Face, Corruption What)[] corruptions)
    {
        if (corruptions.Length == 0)
        {
            return batch;
        }

        Tensor images = batch.Images;
        using Scalar white = 255;
        Tensor rows = tensor([.. corruptions.Select(corruption => corruption.Face)]).to(images.device);
        Tensor pixels = (images.index_select(0, rows) * white).round_().to(ScalarType.Byte).cpu().contiguous(); // [M, 1, H, W]
        Tensor? points = batch.Landmarks?.index_select(0, rows).cpu().contiguous(); // [M, L, 2]
        var size = new ImageSize((int)images.shape[2], (int)images.shape[3]);
        int perFace = (int)(points?.shape[1] * 2 ?? 0);
        Span<byte> faces = pixels.bytes;
        Span<float> landmarks = points is null ? [] : MemoryMarshal.Cast<byte, float>(points.bytes);
        for (int i = 0; i < corruptions.Length; i++)
        {
            corruptions[i].What.Apply(
                faces.Slice(i * size.Pixels, size.Pixels), size, row: 0, landmarks.Slice(i * perFace, perFace));
        }

        return batch with
        {
            Images = images.index_copy(0, rows, pixels.to(images.device).to(images.dtype).div_(white)),
            Landmarks = points is null ? null : batch.Landmarks!.index_copy(0, rows, points.to(images.device)),
        };
    }

    private static Tensor PerFace(float[] values, Tensor images) => tensor(values).to(images.dtype).to(images.device).view(-1, 1, 1, 1);

    /// <summary>A uniform number between -bound and bound.</summary>
    private static double Symmetric(ref SeededRandom random, double bound) => bound * random.NextDouble(-1, 1);
}
