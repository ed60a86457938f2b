using System.CommandLine;
using System.CommandLine.Parsing;
using Samples;

namespace VariantTable;

/// <summary>The options of how long a network is trained and how large it is, which the table and the experiments share.</summary>
internal static class BudgetOptions
{
    public const int MostIterations = 100_000_000;

    /// <summary>On drawn faces, where nothing else is asked for.</summary>
    public const int DrawnBatchSize = 15;

    private const int PaperIterations = 5000;
    private const int PaperBatchSize = 30;

    public static Option<int> Iterations(int drawn) => CommonOptions.WholeNumber(
        "--iterations", 1, MostIterations, $"Optimizer steps of each network; drawn faces: {drawn}.", _ => PaperIterations);

    public static Option<int> BatchSize() => CommonOptions.WholeNumber(
        "--batch-size", 1, 65_536, $"Faces in a step; drawn faces: {DrawnBatchSize}.", _ => PaperBatchSize);

    public static Option<int> LstmHidden(int usual, string scope = "") =>
        CommonOptions.WholeNumber("--lstm-hidden", 1, 8192, $"Size of an LSTM hidden state{scope}.", _ => usual);

    public static Option<int> LstmLayers(int usual, string scope = "") =>
        CommonOptions.WholeNumber("--lstm-layers", 1, 16, $"LSTM layers{scope}.", _ => usual);

    public static Option<IReadOnlyList<int>> Seeds(params int[] usual) => Numbers(
        "--seeds", 0, int.MaxValue, "Seeds, separated by commas; each network is trained once with each.", _ => usual);

    /// <summary>Numbers separated by commas, each once.</summary>
    public static Option<IReadOnlyList<int>> Numbers(
        string name, int minimum, int maximum, string description, Func<ArgumentResult, IReadOnlyList<int>>? defaultValue) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => ParseNumbers(result, name, minimum, maximum),
        DefaultValueFactory = defaultValue,
    };

    /// <summary>What was asked for; of drawn faces their own default.</summary>
    public static int ValueOf(ParseResult result, Option<int> option, bool isDrawn, int drawn) =>
        isDrawn && result.GetResult(option) is not { Implicit: false } ? drawn : result.GetValue(option);

    private static int[] ParseNumbers(ArgumentResult result, string name, int minimum, int maximum)
    {
        string text = CommonOptions.Text(result);
        int[] numbers = [.. text.Split(',').Select(part => CommonOptions.ParseWholeNumber(result, part.Trim(), minimum, maximum, name))];
        if (numbers.Distinct().Count() != numbers.Length)
        {
            result.AddError($"{name}: got '{text}', expected each number once.");
        }

        return numbers;
    }
}
