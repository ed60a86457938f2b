using System.Globalization;
using FacialAttention;
using FacialAttention.Onnx.Benchmarks;
using TorchSharp;

const string Usage = """
    Compares a trained network on TorchSharp with its exported file on ONNX Runtime.
      labels  FER2013.csv CHECKPOINT.safetensors MODEL.onnx   are the labels of all PublicTest rows the same?
      speed   CHECKPOINT.safetensors MODEL.onnx               how long do faces of 48x48 pixels take with one thread?
      threads MODEL.onnx                                      what does a second thread gain?
      spin    MODEL.onnx                                      does it help that waiting threads spin, alone and beside busy loops?
      peer    MODEL.onnx FOLDER                               one thread, beside face-api in FOLDER/node_modules
      concurrent [MODEL.onnx]                                 do 16 threads get the answers that one thread gets?
      memory  [MODEL.onnx]                                    does memory grow over 100,000 faces?
      tool    TOOL.dll CHECKPOINT.safetensors MODEL.onnx FER2013.csv VOTES.csv
                                                              does samples/Recognize say of 200 PNG files what TorchSharp says?
      scenes  [COUNT] [SEED] [FOLDER]                         how many faces of drawn scenes are found, by size and tilt? 240 from seed 1
      framing FER2013.csv VOTES.csv [FACES]                   which part of a picture around a face is the network best shown?
      photo   [PICTURE.png]                                   how long do finding and recognising five faces take? Writes the picture, if named
      crowd   [PICTURE.png]                                   how many of a thousand faces are found, and how long does it take? Writes the picture, if named
      video   CLIP [FRAMES [DETECT_EVERY]]                    how many frames a second, and does memory grow?
      start   PROGRAM [ARGUMENT ...]                          how long does a program take from its start to its end?
    """;

try
{
    switch (args)
    {
        case ["labels", var data, var checkpoint, var model]:
            return SameLabels.Run(data, checkpoint, model);
        case ["speed", var checkpoint, var model]:
            torch.set_num_threads(1);
            Speed.Run(checkpoint, model);
            return 0;
        case ["threads", var model]:
            Threads.Run(model);
            return 0;
        case ["spin", var model]:
            Spin.Run(model);
            return 0;
        case ["peer", var model, var folder]:
            Peer.Run(model, folder);
            return 0;
        case ["concurrent", .. { Length: <= 1 } model]:
            return Concurrent.Run(model.SingleOrDefault());
        case ["memory", .. { Length: <= 1 } model]:
            Memory.Run(model.SingleOrDefault());
            return 0;
        case ["tool", var tool, var checkpoint, var model, var data, var votes]:
            return Tool.Run(tool, checkpoint, model, data, votes);
        case ["scenes", .. { Length: <= 3 } rest]:
            Scenes.Run(
                int.Parse(rest.ElementAtOrDefault(0) ?? "240", CultureInfo.InvariantCulture),
                int.Parse(rest.ElementAtOrDefault(1) ?? "1", CultureInfo.InvariantCulture),
                rest.ElementAtOrDefault(2));
            return 0;
        case ["framing", var data, var votes, .. { Length: <= 1 } faces]:
            Framing.Run(data, votes, int.Parse(faces.SingleOrDefault() ?? "600", CultureInfo.InvariantCulture));
            return 0;
        case ["photo", .. { Length: <= 1 } file]:
            Photo.Run(file.SingleOrDefault());
            return 0;
        case ["crowd", .. { Length: <= 1 } file]:
            Crowd.Run(file.SingleOrDefault());
            return 0;
        case ["video", var clip, .. { Length: <= 2 } numbers]:
            int[] given = [.. numbers.Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
            Video.Run(clip, given.Length > 0 ? given[0] : 10_000, given.Length > 1 ? given[1] : 1);
            return 0;
        case ["start", var program, .. var arguments]:
            Start.Run(program, arguments);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (Exception exception)
{
    Console.Error.WriteLine("error: " + exception.Message.Split('\n')[0]);
    return 2;
}
