namespace FacialAttention;

/// <summary>How the logit of one class is calibrated.</summary>
/// <param name="Scale">What it is multiplied by: 0.01 to 100.</param>
/// <param name="Bias">What is then added: -100 to 100.</param>
public readonly record struct ClassScaling(double Scale, double Bias);
