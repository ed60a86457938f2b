using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>
/// The parameters of a network with the factor of their learning rate (<see cref="TrainerOptions.LearningRateFactors"/>), and whether they
/// decay (<see cref="TrainerOptions.DecayedWeights"/>). Frozen parameters, of factor 0, are not trained.
/// </summary>
internal sealed class NetworkParts
{
    private readonly List<(string Name, Parameter Parameter, double Factor, bool Decays)> _parameters = [];
    private readonly (Module Module, bool IsFrozen)[] _modules = []; // Each before the modules in it.

    /// <exception cref="ArgumentException">A name fits no parameter, or nothing is left to train.</exception>
    public NetworkParts(Module network, IDictionary<string, double>? factors, DecayedWeights decayed = DecayedWeights.All)
    {
        (string Name, Parameter Parameter)[] parameters =
            [.. network.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => (entry.name, entry.parameter))];
        if (parameters.Length == 0)
        {
            throw new ArgumentException("The network has no parameter that requires a gradient; expected at least one.", nameof(network));
        }

        factors ??= new Dictionary<string, double>();
        foreach (string part in factors.Keys)
        {
            if (!parameters.Any(entry => IsPartOf(entry.Name, part)))
            {
                string known = string.Join(", ", parameters.Select(entry => entry.Name.Split('.')[0]).Distinct());
                throw new ArgumentException(
                    $"{nameof(TrainerOptions.LearningRateFactors)} names {Excerpt.Of(part, 100)}, which no trainable parameter's name "
                    + $"begins with; expected for example one of {known}.");
            }
        }

        HashSet<string>? decaying = decayed == DecayedWeights.All ? null : NamesOfLayerWeights(network);
        foreach ((string name, Parameter parameter) in parameters)
        {
            _parameters.Add((name, parameter, FactorOf(name, factors), decaying?.Contains(name) ?? true));
        }

        if (_parameters.All(entry => entry.Factor == 0))
        {
            throw new ArgumentException(
                $"{nameof(TrainerOptions.LearningRateFactors)} freezes all of the network; expected something to train.");
        }

        if (_parameters.Any(entry => entry.Factor == 0))
        {
            _modules = [.. network.named_modules().Select(entry => (entry.module, FactorOf(entry.name, factors) == 0))];
        }
    }

    /// <summary>The trainable parameters with their names, in the network's order.</summary>
    public IEnumerable<(string Name, Parameter Parameter, double Factor, bool Decays)> Trained =>
        _parameters.Where(entry => entry.Factor != 0);

    /// <summary>Turns the gradients of frozen parameters off, or on again.</summary>
    public void SetFrozen(bool isFrozen)
    {
        foreach ((_, Parameter parameter, double factor, _) in _parameters)
        {
            if (factor == 0)
            {
                parameter.requires_grad = !isFrozen;
            }
        }
    }

    /// <summary>Puts the network in training mode, but for frozen parts: their batch norms use and keep the statistics they have.</summary>
    public void Train(Module network)
    {
        network.train();
        foreach ((Module module, bool isFrozen) in _modules)
        {
            module.train(!isFrozen);
        }
    }

    /// <summary>The names of the weights of all convolutions and linear layers, the network itself included if it is one.</summary>
    private static HashSet<string> NamesOfLayerWeights(Module network) =>
    [
        .. network.named_modules()
            .Select(entry => (Prefix: entry.name + ".", Module: entry.module))
            .Append((Prefix: "", Module: network))
            .Where(entry => entry.Module is Convolution or TorchSharp.Modules.Linear)
            .Select(entry => entry.Prefix + "weight"),
    ];

    private static double FactorOf(string name, IDictionary<string, double> factors)
    {
        string? part = factors.Keys.Where(part => IsPartOf(name, part)).MaxBy(part => part.Length);
        return part is null ? 1 : factors[part];
    }

    private static bool IsPartOf(string name, string part) =>
        name.StartsWith(part, StringComparison.Ordinal) && (name.Length == part.Length || name[part.Length] == '.');
}
