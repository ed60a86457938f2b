using FacialAttention;
using LivePageFiles;

// What samples/LivePage needs and cannot compute itself: its build asks for the detectors, its tests (samples/LivePage/tests) for the rest.
switch (args)
{
    case ["detectors", string folder]:
        try
        {
            Directory.CreateDirectory(folder);
            BlazeFaceDetector.Export(Path.Combine(folder, "blazeface-short.onnx"), BlazeFaceRange.Short);
            BlazeFaceDetector.Export(Path.Combine(folder, "blazeface-full.onnx"), BlazeFaceRange.Full);
        }
        catch (InvalidOperationException exception)
        {
            Console.WriteLine(exception.Message);
            return 1;
        }

        return 0;
    case ["tests", string folder]:
        Directory.CreateDirectory(folder);
        Camera.Write(Path.Combine(folder, "camera.y4m"));
        Expected.Write(folder);
        return 0;
    case ["answer", string request]:
        Expected.Answer(request);
        return 0;
    default:
        Console.Error.WriteLine(
            "Expected one of: detectors FOLDER (the networks that find faces, as .onnx files); tests FOLDER (pictures, a camera and what the library says of "
            + "them); answer REQUEST.json (what the library says of boxes in a picture of raw pixels).");
        return 2;
}
