using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FacialAttention;

/// <summary>How large a network is, counted from its modules.</summary>
internal static class NetworkSize
{
    /// <summary>
    /// The elements of the state dict of a network that is not built yet, running statistics of batch norms included: it is built of
    /// shapes alone, so that a small file cannot claim a network that fills the memory.
    /// </summary>
    public static long WeightsOf(Func<Module> create)
    {
        using var shapes = new ShapesOnly();
        using Module network = create();
        return network.state_dict().Values.Sum(weight => weight.numel());
    }

    /// <summary>The trainable parameters of a network.</summary>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static long ParametersOf(Module network)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        return network.parameters().Sum(parameter => parameter.numel());
    }

    /// <summary>Multiply-adds of one pass of a gray face, of the dtype and on the device of the network's weights.</summary>
    /// <param name="network">A network that no other thread uses meanwhile.</param>
    /// <param name="face">The size of the face.</param>
    /// <exception cref="ObjectDisposedException">The network was disposed.</exception>
    public static long MultiplyAddsOf(Module<Tensor, Tensor> network, ImageSize face)
    {
        using RunningCalls.Call held = RequireModule.Hold(network, nameof(network));
        Tensor weight = network.parameters().First();
        using Tensor images = zeros([1, 1, face.Height, face.Width], weight.dtype, weight.device);
        return MultiplyAddsOf(network, images);
    }

    /// <summary>
    /// Multiply-adds of one pass: what its convolutions, LSTMs and linear layers say of themselves while the network runs in evaluation
    /// mode; each module is then in its former mode again.
    /// </summary>
    /// <param name="network">A network that no other thread uses meanwhile.</param>
    /// <param name="images">What it runs on; one face, to count for one.</param>
    public static long MultiplyAddsOf(Module<Tensor, Tensor> network, Tensor images)
    {
        long sum = 0;
        List<(Module Module, bool IsTraining)> modes = [.. network.modules().Select(module => (module, module.training))];
        var remove = new List<Action>();
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        try
        {
            foreach ((Module module, _) in modes)
            {
                switch (module)
                {
                    case Convolution convolution:
                        remove.Add(convolution.register_forward_hook((_, _, maps) => Count(module, maps.numel() / maps.shape[1], maps)).remove);
                        break;
                    case Linear linear:
                        remove.Add(linear.register_forward_hook((_, _, rows) => Count(module, rows.numel() / rows.shape[^1], rows)).remove);
                        break;
                    case LSTM lstm:
                        remove.Add(lstm.register_forward_hook(
                            (_, _, _, states) => Count(module, states.Item1.shape[0] * states.Item1.shape[1], states)).remove);
                        break;
                }
            }

            network.eval();
            WholeBlocks.AreModules = true;
            network.call(images);
            return sum;
        }
        finally
        {
            WholeBlocks.AreModules = false;
            remove.ForEach(hook => hook());
            foreach ((Module module, bool isTraining) in modes) // parents before children, as they came
            {
                module.train(isTraining);
            }
        }

        // At each place the module multiplies by all of its kernels and matrices once.
        T Count<T>(Module module, long places, T result)
        {
            sum += places * module.parameters().Where(weight => weight.ndim > 1).Sum(weight => weight.numel());
            return result;
        }
    }
}
