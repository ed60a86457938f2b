using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FacialAttention;
using Samples;

namespace Recognize;

/// <summary>The options and how their text is read.</summary>
internal sealed class CommandLine
{
    private readonly Argument<string[]> _paths = new("pictures")
    {
        Description = "Photos or cropped faces; folders of such, with their folders; globs, for example \"faces/**/*.png\".",
        HelpName = "FILE|FOLDER|GLOB ...",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _network = new("--network")
    {
        Description = $"{string.Join(", ", Networks.Names)}, or a network that was exported as .onnx.",
        HelpName = "NAME|FILE.onnx",
        DefaultValueFactory = _ => Networks.Names[0],
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object." };
    private readonly Option<bool> _csv = new("--csv") { Description = "Print a row of csv for each face, with all probabilities." };

    private readonly Option<int> _top = CommonOptions.WholeNumber(
        "--top", 1, 100, "Show so many of the most probable classes of each face, if there are as many.", _ => 1);

    private readonly Option<FaceBox?> _box = new("--box")
    {
        Description = "Where the face is in each picture, in pixels; it may reach beyond the picture. Default: faces are looked for, see --detect.",
        HelpName = "X,Y,WIDTH,HEIGHT",
        CustomParser = ParseBox,
    };

    private readonly Option<FaceSearch> _detect = new("--detect")
    {
        Description = FormattableString.Invariant(
            $"How faces are found: full in photos, short near a camera, off where each picture is a face. auto: a picture of at most {FaceFinder.LongestCrop} ")
            + FormattableString.Invariant($"pixels a side, one at most {FaceFinder.MostSkew:P0} shorter than the other, is a face; in others and in videos as full."),
        HelpName = "auto|off|full|short",
        CustomParser = result => Enum.TryParse(
            CommonOptions.ParseWord(result, "--detect", "auto", "off", "full", "short"), ignoreCase: true, out FaceSearch search) ? search : default,
    };

    private readonly Option<int> _tiles = CommonOptions.WholeNumber(
        "--tiles", 1, 16, "Look for smaller faces too, in so many overlapping tiles along the longer side of a picture; takes 7 times as long for 3.", _ => 1);

    private readonly Option<double?> _coverage = new("--coverage")
    {
        Description = "The share of faces that are to get an answer, for example 0.8; the least sure others are marked as uncertain.",
        CustomParser = ParseCoverage,
    };

    private readonly Option<string?> _overlay = new("--overlay")
    {
        Description = "A new or empty folder for each picture with its faces drawn in, NAME.png: box, label and the three most probable "
            + "classes. Of a video or camera the file, for example out.mp4.",
        HelpName = "FOLDER|FILE.mp4",
    };

    private readonly Option<string?> _attention = new("--attention")
    {
        Description = "A new or empty folder for a picture of each face, NAME.png: where the network's attention was, and its three most "
            + "probable classes. An .onnx file must have been exported with --attention.",
        HelpName = "FOLDER",
    };

    private readonly Option<string?> _video = new("--video")
    {
        Description = "A video in place of pictures: a line whenever the label of a face changes, or with --csv a row for each face of each frame. Needs ffmpeg.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _camera = new("--camera")
    {
        Description = "A camera in place of pictures, as ffmpeg calls it: /dev/video0 on Linux, 0 on macOS, its name on Windows.",
        HelpName = "DEVICE",
    };

    private readonly Option<int> _detectEvery = CommonOptions.WholeNumber(
        "--detect-every", 1, 1000, "Look for faces in every n-th frame of a video; between they are where they were.", _ => 1);

    private readonly Option<double?> _seconds = new("--seconds")
    {
        Description = "End after so many seconds of a video or camera.",
        CustomParser = ParseSeconds,
    };

    public CommandLine()
    {
        CommonOptions.RefuseEmpty(_network!, _overlay, _attention, _video, _camera);
        Command = new RootCommand(
            "Says which expression is on each face: facial-attention photo.jpg, or facial-attention --video clip.mp4\n\n"
            + "Ends with 0, with 1 if some pictures were left out, each named on standard error, or with 2 if nothing could be done.")
        {
            _paths, _network, _top, _detect, _tiles, _box, _coverage, _json, _csv, _overlay, _attention, _video, _camera, _detectEvery, _seconds,
        };
        SampleProgram.SetAction(Command, (result, token) =>
        {
            Settings settings = Read(result);
            return settings.Video is null && settings.Camera is null ? RecognizeRun.Run(settings, token) : VideoRun.Run(settings, token);
        });
    }

    public RootCommand Command { get; }

    private Settings Read(ParseResult result)
    {
        (bool json, bool csv) = (result.GetValue(_json), result.GetValue(_csv));
        if (json && csv)
        {
            throw new ArgumentException("Got --json and --csv; expected one of them, or none for a table.");
        }

        if (result.GetResult(_box) is not null && result.GetResult(_detect) is not null)
        {
            throw new ArgumentException("Got --box and --detect; expected one of them: the face, or how to look for it.");
        }

        if (result.GetResult(_tiles) is { Implicit: false } && (result.GetResult(_box) is not null || result.GetValue(_detect) == FaceSearch.Off))
        {
            throw new ArgumentException("Got --tiles with --box or --detect off; expected it where faces are looked for.");
        }

        CheckSource(result);
        return new Settings(
            result.GetValue(_paths)!,
            result.GetValue(_network)!,
            json ? AnswerForm.Json : csv ? AnswerForm.Csv : AnswerForm.Table,
            result.GetValue(_top),
            result.GetValue(_detect),
            result.GetValue(_tiles),
            result.GetValue(_box),
            result.GetValue(_coverage),
            result.GetValue(_overlay),
            result.GetValue(_attention),
            result.GetValue(_video),
            result.GetValue(_camera),
            result.GetValue(_detectEvery),
            result.GetValue(_seconds));
    }

    /// <summary>Pictures, a video or a camera, and the options that each has.</summary>
    private void CheckSource(ParseResult result)
    {
        bool isVideo = result.GetResult(_video) is not null || result.GetResult(_camera) is not null;
        int sources = (result.GetValue(_paths)!.Length > 0 ? 1 : 0) + (result.GetResult(_video) is null ? 0 : 1)
            + (result.GetResult(_camera) is null ? 0 : 1);
        if (sources != 1)
        {
            throw new ArgumentException(
                $"Got {(sources == 0 ? "none" : "more than one")} of pictures, --video and --camera; expected one of them, for example photo.jpg.");
        }

        Option[] others = isVideo ? [_box, _json, _attention, _top] : [_detectEvery, _seconds];
        Option? other = others.FirstOrDefault(option => result.GetResult(option) is { Implicit: false });
        if (other is not null)
        {
            throw new ArgumentException($"{other.Name} is for {(isVideo ? "pictures, not for a video or camera" : "--video and --camera")}.");
        }

        if (isVideo && result.GetValue(_detect) == FaceSearch.Off)
        {
            throw new ArgumentException("--detect: got off with a video or camera; expected auto, full or short.");
        }
    }

    private static double? ParseSeconds(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) || !(seconds is > 0 and <= 1e6))
        {
            result.AddError($"--seconds: got '{text}', expected a number above 0 and at most 1000000.");
        }

        return seconds;
    }

    private static FaceBox? ParseBox(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        float[] numbers = [.. text.Split(',').Select(part =>
            float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number) ? number : float.NaN)];
        if (numbers is [var x, var y, > 0 and var width, > 0 and var height] && !float.IsNaN(x + y))
        {
            return new FaceBox(x, y, width, height);
        }

        result.AddError($"--box: got '{text}', expected x,y,width,height in pixels, for example 40,30.5,120,120.");
        return null;
    }

    private static double? ParseCoverage(ArgumentResult result)
    {
        string text = CommonOptions.Text(result);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) || !(share is > 0 and <= 1))
        {
            result.AddError($"--coverage: got '{text}', expected a number above 0 and at most 1.");
        }

        return share;
    }
}
