using FacialAttention.Tests.Images;
using FacialAttention.Fuzz.Mutations;
using FacialAttention.Tests;
using SkiaSharp;

namespace FacialAttention.Fuzz.Targets;

/// <summary><see cref="FaceImage"/> in each of its formats, and <see cref="FacePreprocessor"/> on what it delivers.</summary>
internal sealed class ImageTarget : Target
{
    private const int Width = 24;
    private const int Height = 20;

    private readonly FacePreprocessor _preprocessor = new();
    private readonly byte[][] _png;
    private readonly byte[][] _jpeg;
    private readonly byte[][] _webp;
    private readonly byte[][] _other;

    public ImageTarget()
    {
        FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1, new ImageSize(Height, Width));
        byte[] rgb = [.. face.Pixels.ToArray().SelectMany((value, i) => new[] { value, (byte)(255 - value), (byte)i })];
        byte[][] grayRows = [.. face.Pixels.ToArray().Chunk(Width)];
        byte[] jpeg = EncodedImages.Encode(rgb, Width, Height, SKEncodedImageFormat.Jpeg, quality: 80);
        byte[] webp = EncodedImages.Encode(rgb, Width, Height, SKEncodedImageFormat.Webp, quality: 80);
        _png =
        [
            EncodedImages.Png(Width, Height, 8, 0, grayRows),
            EncodedImages.Png(Width, Height, 8, 2, [.. rgb.Chunk(3 * Width)]),
            EncodedImages.Png(Width / 2, Height, 16, 0, grayRows),
            EncodedImages.Png(Width / 4, Height, 8, 6, grayRows),
        ];
        _jpeg =
        [
            jpeg,
            EncodedImages.JpegWithOrientation(jpeg, orientation: 6),
            EncodedImages.FlatJpeg([90]),
            EncodedImages.FlatJpeg([90, 100, 110]),
            EncodedImages.FlatJpeg([90, 100, 110, 120], adobeTransform: 0),
        ];
        _webp =
        [
            webp,
            EncodedImages.Encode(rgb, Width, Height, SKEncodedImageFormat.Webp, quality: 100), // lossless
            EncodedImages.WebpWithOrientation(webp, Width, Height, orientation: 5),
        ];
        _other =
        [
            EncodedImages.Bmp(rgb, Width, Height),
            EncodedImages.Gif(16, 12, (10, 20, 30), (200, 210, 220), 1, 0),
        ];
    }

    public override string Name => "image";

    public override string Extension => ".image";

    public override IReadOnlyList<Type> Documented { get; } =
        [typeof(FileNotFoundException), typeof(IOException), typeof(InvalidDataException)];

    public override void Write(string path, Dice dice) => File.WriteAllBytes(path, Mutate(dice));

    public override void Read(string path, Dice dice)
    {
        FaceImage image;
        switch (dice.Below(3))
        {
            case 0:
                image = FaceImage.Load(path);
                break;
            case 1:
                using (FileStream stream = File.OpenRead(path))
                {
                    image = FaceImage.Load(stream);
                }

                break;
            default:
                image = FaceImage.Decode(File.ReadAllBytes(path));
                break;
        }

        if (image.Channels is not (1 or 3) || image.Pixels.Length != (long)image.Width * image.Height * image.Channels)
        {
            throw new BrokenPromiseException(
                $"{image.Pixels.Length} values for {image.Width} x {image.Height} pixels of {image.Channels} channel(s).");
        }

        _ = _preprocessor.ToGray(image);
    }

    private byte[] Mutate(Dice dice)
    {
        byte[][] formats = dice.Pick([_png, _jpeg, _webp, _other]);
        byte[] valid = dice.Pick(formats);
        byte[] other = dice.Pick(dice.Pick([_png, _jpeg, _webp, _other]));
        bool isAware = dice.Below(4) > 0;
        return formats switch
        {
            _ when isAware && formats == _png => PngMutations.Mutate(dice, valid, other),
            _ when isAware && formats == _jpeg => JpegMutations.Mutate(dice, valid, other),
            _ when isAware && formats == _webp => WebpMutations.Mutate(dice, valid, other),
            _ => ByteMutations.Mutate(dice, valid, other),
        };
    }
}
