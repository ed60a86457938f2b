using FacialAttention.Tests.Files;

namespace FacialAttention.Fuzz.Targets;

/// <summary>Recognisers that are disposed as none may be: they answer on, answer with rubbish, or throw what says nothing.</summary>
internal sealed class FaultyDisposalTarget : DisposalTarget
{
    public override string Name => TargetNames.FaultyDisposal;

    protected override Func<DisposalSubject>[] CreateMakers(TemporaryFolder folder) =>
        [Maker("answers", _ => false), Maker("rubbish", _ => true), Maker("null", _ => throw new NullReferenceException("gone"))];

    private static Func<DisposalSubject> Maker(string name, Func<bool, bool> isRubbish) =>
        () => DisposalSubject.OfRecognizer(name, new Recognizer(isRubbish), []);

    private sealed class Recognizer(Func<bool, bool> isRubbish) : IExpressionRecognizer
    {
        private volatile bool _isDisposed;

        public ExpressionLabels Labels => TinyNetworks.Labels;

        public ExpressionPrediction Recognize(FaceImage image, FaceBox? crop = null) =>
            new(Labels, _isDisposed && isRubbish(true) ? [0, 0, 1] : [1, 0, 0]);

        public IReadOnlyList<ExpressionPrediction> Recognize(IReadOnlyList<FaceImage> faces) =>
            [.. faces.Select(face => Recognize(face))];

        public void Dispose() => _isDisposed = true;
    }
}
