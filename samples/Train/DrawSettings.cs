using FacialAttention;

namespace Train;

/// <summary>What the command line of <c>draw</c> asked for.</summary>
/// <param name="OutputFolder">A new or empty folder.</param>
/// <param name="Labels">The classes, each named after an expression.</param>
/// <param name="Persons">Persons to train on; each shows every class once.</param>
/// <param name="HeldOutPersons">Other persons in validation, and others again in test.</param>
/// <param name="Seed">Which picture of each person.</param>
/// <param name="CkPlus">The layout of CK+ to draw sequences in; null for folders of faces.</param>
/// <param name="Sequences">With that, labelled sequences of each person.</param>
internal sealed record DrawSettings(
    string OutputFolder, ExpressionLabels Labels, int Persons, int HeldOutPersons, int Seed, CkPlusLayout? CkPlus, int Sequences);
