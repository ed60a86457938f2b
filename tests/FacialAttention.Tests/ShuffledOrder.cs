using System.Globalization;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FacialAttention.Tests;

/// <summary>
/// Runs classes, and the tests within each, in an order of their own for each seed in the environment variable
/// FACIALATTENTION_TEST_ORDER, so that a test that needs another one shows; seed 1 without it.
/// </summary>
internal sealed class ShuffledOrder : ITestCollectionOrderer, ITestCaseOrderer
{
    private static readonly long Seed = long.Parse(
        Environment.GetEnvironmentVariable("FACIALATTENTION_TEST_ORDER") ?? "1", CultureInfo.InvariantCulture);

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        Shuffle(testCollections, collection => collection.DisplayName);

    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase => Shuffle(testCases, test => test.UniqueID);

    private static T[] Shuffle<T>(IEnumerable<T> items, Func<T, string> key)
    {
        T[] shuffled = [.. items.OrderBy(key, StringComparer.Ordinal)];
        new SeededRandom(Seed).Shuffle<T>(shuffled);
        return shuffled;
    }
}
