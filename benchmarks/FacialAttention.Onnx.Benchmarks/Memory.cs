using System.Globalization;

namespace FacialAttention.Onnx.Benchmarks;

/// <summary>Resident memory over a long series of faces, one by one and in lists by turns.</summary>
internal static class Memory
{
    private const int Faces = 100_000;
    private const int Mark = 10_000;
    private const int List = 50;

    public static void Run(string? modelPath)
    {
        using OnnxExpressionRecognizer recognizer = Pretrained.Load(modelPath, options => options.IntraOpNumThreads = 1);
        FaceImage[] faces = [.. Enumerable.Range(0, List).Select(i => Pretrained.Face(i))];
        Console.WriteLine("  faces  resident, MB  managed, MB");
        for (int done = 0; done <= Faces; done += 2 * List)
        {
            if (done % Mark == 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{done,7}  {Environment.WorkingSet / 1e6,12:F1}  {GC.GetTotalMemory(forceFullCollection: true) / 1e6,11:F1}"));
            }

            Array.ForEach(faces, face => recognizer.Recognize(face));
            _ = recognizer.Recognize(faces);
        }
    }
}
