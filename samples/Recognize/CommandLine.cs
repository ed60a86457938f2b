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
        Description = "Pictures of one cropped face each; folders of such, with their folders; globs, for example \"faces/**/*.png\".",
        HelpName = "FILE|FOLDER|GLOB ...",
        Arity = ArgumentArity.OneOrMore,
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
        Description = "Where the face is in each picture, in pixels; it may reach beyond the picture. Default: all of the picture.",
        HelpName = "X,Y,WIDTH,HEIGHT",
        CustomParser = ParseBox,
    };

    private readonly Option<double?> _coverage = new("--coverage")
    {
        Description = "The share of faces that are to get an answer, for example 0.8; the least sure others are marked as uncertain.",
        CustomParser = ParseCoverage,
    };

    private readonly Option<string?> _overlay = new("--overlay")
    {
        Description = "A new or empty folder for a picture of each face, NAME.png: where the network's attention was, and its three most "
            + "probable classes. An .onnx file must have been exported with --attention.",
        HelpName = "FOLDER",
    };

    public CommandLine()
    {
        CommonOptions.RefuseEmpty(_network!, _overlay);
        Command = new RootCommand(
            "Says which expression is on each face: facial-attention photo.png\n\n"
            + "Ends with 0, with 1 if some pictures were left out, each named on standard error, or with 2 if nothing could be done.")
        {
            _paths, _network, _top, _box, _coverage, _json, _csv, _overlay,
        };
        SampleProgram.SetAction(Command, (result, token) => RecognizeRun.Run(Read(result), token));
    }

    public RootCommand Command { get; }

    private Settings Read(ParseResult result)
    {
        (bool json, bool csv) = (result.GetValue(_json), result.GetValue(_csv));
        if (json && csv)
        {
            throw new ArgumentException("Got --json and --csv; expected one of them, or none for a table.");
        }

        return new Settings(
            result.GetValue(_paths)!,
            result.GetValue(_network)!,
            json ? AnswerForm.Json : csv ? AnswerForm.Csv : AnswerForm.Table,
            result.GetValue(_top),
            result.GetValue(_box),
            result.GetValue(_coverage),
            result.GetValue(_overlay));
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
