using System.Text;
using FacialAttention;
using Samples;

namespace LivePageFiles;

/// <summary>A camera for browsers under test: uncompressed video of a drawn portrait that moves to the right and back.</summary>
internal static class Camera
{
    public const int FramesPerSecond = 15;

    private const int Frames = 30;
    private const int Step = 4; // pixels a frame

    public static ImageSize Size { get; } = new(480, 640);

    /// <summary>The side of the portrait.</summary>
    public static int[] Sides { get; } = [240];

    /// <summary>Every place where the portrait is: the first and the last frame of its way.</summary>
    public static FaceBox Way
    {
        get
        {
            FaceBox start = PortraitWall.Places(Size, Sides, -Frames / 4 * Step).Single();
            return start with { Width = start.Width + (Frames / 2 * Step) };
        }
    }

    /// <summary>YUV4MPEG2: a header, and for each frame the planes of luma and of halved chroma (https://wiki.multimedia.cx/index.php/YUV4MPEG2).</summary>
    public static void Write(string path)
    {
        using FileStream file = File.Create(path);
        file.Write(Encoding.ASCII.GetBytes($"YUV4MPEG2 W{Size.Width} H{Size.Height} F{FramesPerSecond}:1 Ip A1:1 C420jpeg\n"));
        byte[][] right = [.. Enumerable.Range(-Frames / 4, (Frames / 2) + 1).Select(place => ToPlanes(PortraitWall.Draw(Size, Sides, place * Step)))];
        foreach (byte[] frame in right.Concat(right[1..^1].Reverse()))
        {
            file.Write("FRAME\n"u8);
            file.Write(frame);
        }
    }

    private static byte[] ToPlanes(FaceImage frame)
    {
        (int height, int width) = frame.Size;
        ReadOnlySpan<byte> rgb = frame.Pixels.Span;
        var planes = new byte[height * width * 3 / 2];
        Span<byte> blue = planes.AsSpan(height * width, height * width / 4), red = planes.AsSpan(height * width * 5 / 4);
        for (int i = 0; i < height * width; i++)
        {
            (double r, double g, double b) = (rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2]);
            double luma = (0.299 * r) + (0.587 * g) + (0.114 * b); // ITU-R BT.601, 16 to 235
            planes[i] = (byte)(16 + (luma * 219 / 255) + 0.5);
            (int y, int x) = (i / width, i % width);
            if (y % 2 == 0 && x % 2 == 0)
            {
                int at = (y / 2 * (width / 2)) + (x / 2);
                blue[at] = (byte)(128.5 + ((b - luma) / 1.772 * 224 / 255));
                red[at] = (byte)(128.5 + ((r - luma) / 1.402 * 224 / 255));
            }
        }

        return planes;
    }
}
