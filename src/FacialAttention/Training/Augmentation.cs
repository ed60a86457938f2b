using Microsoft.Extensions.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace FacialAttention;

/// <summary>
/// Changes batches of faces at random, each face in its own way: flip, rotation, scale and shift, crop, contrast and brightness, erasing,
/// in this order. What happens to a batch is a pure function of the seed and the iteration, the same on every device; what is switched
/// off draws nothing from what is on. All on tensors of the whole batch, wherever they are.
/// </summary>
public sealed class Augmentation
{
    // Each keeps a stream of random numbers apart from the others of the same seed; BatchOrder has 1, Mixup 7.
    private const long FlipStream = 2;
    private const long AffineStream = 3;
    private const long CropStream = 4;
    private const long LightStream = 5;
    private const long EraseStream = 6;

    private const double SmallestErasedShare = 0.02;
    private const double LargestErasedAspect = 3.3;

    private readonly AugmentationOptions _options;
    private readonly int _seed;

    /// <summary>An augmentation of the given strength.</summary>
    /// <param name="options">What to do; validated and copied. Null for the paper's flips.</param>
    /// <param name="seed">The seed of all random numbers, at least 0.</param>
    /// <exception cref="OptionsValidationException">One or more options are outside their ranges; all are named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative.</exception>
    public Augmentation(AugmentationOptions? options = null, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        options ??= new AugmentationOptions();
        OptionsValidation.ThrowIfInvalid(new AugmentationOptionsValidator(), options);
        _options = options.Copy();
        _seed = seed;
    }

    /// <summary>
    /// Faces [N, 1, H, W] in [0, 1], changed; [N, 1, CropHeight, CropWidth] if the options say so. The caller owns the result.
    /// </summary>
    /// <param name="images">Faces of a floating-point dtype, on any device; they stay as they are.</param>
    /// <param name="iteration">Which batch this is; equal values change a batch in the same way.</param>
    /// <exception cref="ArgumentException">The images are not [N, 1, H, W] of a floating-point dtype, or smaller than the crop.</exception>
    /// <exception cref="ObjectDisposedException">The images were disposed.</exception>
    public Tensor Apply(Tensor images, long iteration)
    {
        Check(images);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor x = Flip(images, iteration);
        x = Warp(x, iteration);
        x = Crop(x, iteration); // [N, 1, h, w]
        x = Light(x, iteration);
        x = Erase(x, iteration);
        return (ReferenceEquals(x, images) ? x.clone() : x).MoveToOuterDisposeScope();
    }

    private Tensor Flip(Tensor images, long iteration)
    {
        if (_options.FlipProbability == 0)
        {
            return images;
        }

        var random = new SeededRandom(_seed, FlipStream, iteration);
        var mirrored = new bool[images.shape[0]];
        for (int i = 0; i < mirrored.Length; i++)
        {
            mirrored[i] = random.NextDouble() < _options.FlipProbability;
        }

        Tensor mask = tensor(mirrored).to(images.device).view(-1, 1, 1, 1); // [N, 1, 1, 1]
        return where(mask, images.flip(3), images);
    }

    private Tensor Warp(Tensor images, long iteration)
    {
        if (_options is { MaxRotationDegrees: 0, MaxScale: 0, MaxShiftPixels: 0 })
        {
            return images;
        }

        var random = new SeededRandom(_seed, AffineStream, iteration);
        (double height, double width) = (images.shape[2], images.shape[3]);
        var matrices = new float[images.shape[0] * 6];
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
        }

        Tensor theta = tensor(matrices, [images.shape[0], 2, 3]).to(images.dtype).to(images.device);
        Tensor grid = nn.functional.affine_grid(theta, images.shape, align_corners: false); // [N, H, W, 2]
        return nn.functional.grid_sample(images, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Border, align_corners: false);
    }

    private Tensor Crop(Tensor images, long iteration)
    {
        if (_options is not { CropHeight: { } height, CropWidth: { } width })
        {
            return images;
        }

        var random = new SeededRandom(_seed, CropStream, iteration);
        var rows = new long[images.shape[0] * height];
        var columns = new long[images.shape[0] * width];
        for (int i = 0; i < images.shape[0]; i++)
        {
            int top = random.NextInt32((int)images.shape[2] - height + 1);
            int left = random.NextInt32((int)images.shape[3] - width + 1);
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
        return images.squeeze(1).index(face, row, column).unsqueeze(1); // [N, 1, h, w]
    }

    private Tensor Light(Tensor images, long iteration)
    {
        if (_options is { MaxBrightness: 0, MaxContrast: 0 })
        {
            return images;
        }

        var random = new SeededRandom(_seed, LightStream, iteration);
        var contrasts = new float[images.shape[0]];
        var brightnesses = new float[images.shape[0]];
        for (int i = 0; i < contrasts.Length; i++)
        {
            contrasts[i] = (float)(1 + Symmetric(ref random, _options.MaxContrast));
            brightnesses[i] = (float)Symmetric(ref random, _options.MaxBrightness);
        }

        Tensor mean = images.mean([2, 3], keepdim: true); // [N, 1, 1, 1]
        Tensor contrast = PerFace(contrasts, images);
        Tensor offset = (mean * (1 - contrast)).add_(PerFace(brightnesses, images));
        return (images * contrast).add_(offset).clamp_(0, 1);
    }

    private Tensor Erase(Tensor images, long iteration)
    {
        if (_options.ErasingProbability == 0)
        {
            return images;
        }

        var random = new SeededRandom(_seed, EraseStream, iteration);
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

    private void Check(Tensor images)
    {
        RequireTensor.NotDisposed(images, nameof(images));
        if (images.ndim != 4 || images.shape[0] < 1 || images.shape[1] != 1 || !images.is_floating_point()
            || images.shape[2] < (_options.CropHeight ?? 1) || images.shape[3] < (_options.CropWidth ?? 1))
        {
            string size = _options is { CropHeight: { } height, CropWidth: { } width }
                ? $" with H of at least {height} and W of at least {width}, the crop"
                : "";
            throw new ArgumentException(
                $"{nameof(Augmentation)} expects floating-point images of shape [N, 1, H, W]{size}; "
                + $"got {images.dtype} {RequireTensor.Shape(images)}.",
                nameof(images));
        }
    }

    private static Tensor PerFace(float[] values, Tensor images) => tensor(values).to(images.dtype).to(images.device).view(-1, 1, 1, 1);

    /// <summary>A uniform number between -bound and bound.</summary>
    private static double Symmetric(ref SeededRandom random, double bound) => bound * random.NextDouble(-1, 1);
}
