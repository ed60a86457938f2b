namespace FacialAttention;

/// <summary>How gradients become steps.</summary>
public enum OptimizerKind
{
    /// <summary>Adam (Kingma and Ba, 2015), the paper's (section 4.2). Weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>AdamW (Loshchilov and Hutter, 2019): Adam with weight decay apart from the gradient.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent with Nesterov's momentum. Weight decay is added to the gradient.</summary>
    SgdNesterov,
}
