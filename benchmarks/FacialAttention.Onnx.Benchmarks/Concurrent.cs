namespace FacialAttention.Onnx.Benchmarks;

/// <summary>Whether one recogniser that many threads call at once answers as it does one call after the other, to the bit.</summary>
internal static class Concurrent
{
    private const int Threads = 16;
    private const int Calls = 2000; // of each thread
    private const int Faces = 125; // of each thread; so each is asked again and again, beside other ones

    public static int Run(string? modelPath)
    {
        using OnnxExpressionRecognizer recognizer = Pretrained.Load(modelPath, options => options.IntraOpNumThreads = 1);
        FaceImage[] faces = [.. Enumerable.Range(0, Threads * Faces).Select(i => Pretrained.Face(i))];
        float[][] expected = [.. faces.Select(face => recognizer.Recognize(face).Probabilities.ToArray())];
        int differing = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
        {
            for (int call = 0; call < Calls; call++)
            {
                int face = (thread * Faces) + (call % Faces);
                if (!recognizer.Recognize(faces[face]).Probabilities.SequenceEqual(expected[face]))
                {
                    Interlocked.Increment(ref differing);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Console.WriteLine($"{Threads} threads, {Calls} calls each: {differing} of {Threads * Calls} answers differ from those of one call after the other");
        return differing == 0 ? 0 : 1;
    }
}
