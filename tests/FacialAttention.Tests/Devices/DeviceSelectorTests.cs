using Microsoft.Extensions.Logging;
using TorchSharp;

namespace FacialAttention.Tests.Devices;

public sealed class DeviceSelectorTests
{
    private static readonly MachineDevices CpuPackage = new(HasCudaLibrary: false, CudaCount: 0, HasMps: false);
    private static readonly MachineDevices CudaWithoutGpu = new(HasCudaLibrary: true, CudaCount: 0, HasMps: false);
    private static readonly MachineDevices TwoGpus = new(HasCudaLibrary: true, CudaCount: 2, HasMps: false);
    private static readonly MachineDevices Mac = new(HasCudaLibrary: false, CudaCount: 0, HasMps: true);

    [Theory]
    [InlineData("auto", DevicePreference.Auto, null)]
    [InlineData("CPU", DevicePreference.Cpu, null)]
    [InlineData(" Cuda ", DevicePreference.Cuda, null)]
    [InlineData("cuda:0", DevicePreference.Cuda, 0)]
    [InlineData("CUDA:12", DevicePreference.Cuda, 12)]
    [InlineData("mps", DevicePreference.Mps, null)]
    public void TryParse_Device_IsRead(string text, DevicePreference expected, int? expectedIndex)
    {
        DeviceSelector.TryParse(text, out DevicePreference preference, out int? cudaIndex).Should().BeTrue();

        preference.Should().Be(expected);
        cudaIndex.Should().Be(expectedIndex);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 1")]
    [InlineData("cuda:1.0")]
    [InlineData("cuda:99999999999")]
    [InlineData("cuda1")]
    [InlineData("cpu:0")]
    [InlineData("mps:0")]
    [InlineData("0")]
    public void TryParse_NoDevice_IsRefused(string? text)
    {
        DeviceSelector.TryParse(text, out DevicePreference preference, out int? cudaIndex).Should().BeFalse();

        preference.Should().Be(DevicePreference.Auto);
        cudaIndex.Should().BeNull();
    }

    [Fact]
    public void Choose_Auto_TakesCudaWhereItCanBeUsed()
    {
        Choose(DevicePreference.Auto, null, null, TwoGpus).Should().Be("cuda:0: chosen by itself, the first of 2 usable CUDA devices");
        Choose(DevicePreference.Auto, null, null, CudaWithoutGpu)
            .Should().Be("cpu: chosen by itself, since libtorch finds no usable CUDA device");
        Choose(DevicePreference.Auto, null, null, CpuPackage).Should().Be("cpu: chosen by itself, since this libtorch is one for the CPU");
    }

    [Fact]
    public void Choose_AutoOnAMac_DoesNotTakeMps() => Choose(DevicePreference.Auto, null, null, Mac).Should().StartWith("cpu: ");

    [Fact]
    public void Choose_ExplicitWish_IsMet()
    {
        Choose(DevicePreference.Cpu, null, null, TwoGpus).Should().Be("cpu: as asked");
        Choose(DevicePreference.Cuda, null, null, TwoGpus).Should().Be("cuda:0: as asked");
        Choose(DevicePreference.Cuda, 1, null, TwoGpus).Should().Be("cuda:1: as asked");
        Choose(DevicePreference.Mps, null, null, Mac).Should().Be("mps: as asked");
    }

    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("CUDA:1", "cuda:1")]
    [InlineData("cuda", "cuda:0")]
    public void Choose_Variable_ReplacesAuto(string variable, string expected) =>
        Choose(DevicePreference.Auto, null, variable, TwoGpus).Should().Be($"{expected}: as FACIALATTENTION_DEVICE={variable} asks");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("auto")]
    public void Choose_VariableUnsetOrAuto_ChoosesByItself(string? variable) =>
        Choose(DevicePreference.Auto, null, variable, TwoGpus).Should().StartWith("cuda:0: chosen by itself");

    [Theory]
    [InlineData("cuda")]
    [InlineData("nonsense")]
    public void Choose_VariableBesideAnExplicitWish_IsNotLookedAt(string variable) =>
        Choose(DevicePreference.Cpu, null, variable, CpuPackage).Should().Be("cpu: as asked");

    [Fact]
    public void Choose_VariableOfNoMeaning_IsAnError() =>
        Choosing(DevicePreference.Auto, null, "gpu", TwoGpus).Should().Throw<InvalidOperationException>()
            .WithMessage("FACIALATTENTION_DEVICE is 'gpu'; expected auto, cpu, cuda, cuda:N (for example cuda:0) or mps.");

    [Fact]
    public void Choose_CudaWithTheCpuPackage_IsCause3()
    {
        Choosing(DevicePreference.Cuda, null, null, CpuPackage).Should().Throw<NativeTorchException>()
            .WithMessage("CUDA, as asked, cannot be used: this libtorch is one for the CPU. Cause 3,*-p:TorchBackend=cuda-linux*=> 3.*");
        Choosing(DevicePreference.Auto, null, "cuda", CpuPackage).Should().Throw<NativeTorchException>()
            .WithMessage("CUDA, as FACIALATTENTION_DEVICE=cuda asks, cannot be used:*");
    }

    [Fact]
    public void Choose_CudaWithoutAGpu_SaysWhatToCheck() =>
        Choosing(DevicePreference.Cuda, null, null, CudaWithoutGpu).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage("*libtorch finds no usable CUDA device*nvidia-smi*");

    [Fact]
    public void Choose_CudaIndexBeyondTheLast_SaysHowManyThereAre() =>
        Choosing(DevicePreference.Cuda, 2, null, TwoGpus).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage("CUDA device 2, as asked, cannot be used: libtorch finds 2, counted from 0.");

    [Fact]
    public void Choose_MpsElsewhere_SaysWhatItNeeds() =>
        Choosing(DevicePreference.Mps, null, null, TwoGpus).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage($"MPS, as asked, cannot be used: it needs macOS on Apple silicon, and this is {NativeFiles.RuntimeIdentifier}.*");

    [Fact]
    public void Select_IndexWithoutCuda_IsRefused() =>
        FluentActions.Invoking(() => DeviceSelector.Select(DevicePreference.Auto, 1)).Should().Throw<ArgumentException>()
            .WithMessage("Got CUDA index 1 with Auto; an index needs Cuda.*").WithParameterName("cudaIndex");

    [Fact]
    public void Select_NegativeIndex_IsRefused() =>
        FluentActions.Invoking(() => DeviceSelector.Select(DevicePreference.Cuda, -1)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Select_UnknownPreference_IsRefused() =>
        FluentActions.Invoking(() => DeviceSelector.Select((DevicePreference)9)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected Auto, Cpu, Cuda or Mps.*");

    [Fact]
    public void Select_Cpu_WorksAndIsLogged()
    {
        var log = new LineLogger();

        DeviceSelection selection = DeviceSelector.Select(DevicePreference.Cpu, logger: log);

        using torch.Tensor tensor = torch.ones(2, device: selection.Device);
        tensor.device_type.Should().Be(DeviceType.CPU);
        log.Lines.Should().Equal("Information Device cpu: as asked");
    }

    [Fact]
    public void Probe_ThisMachine_AgreesWithTorch()
    {
        MachineDevices machine = MachineDevices.Probe();

        (machine.CudaCount > 0).Should().Be(torch.cuda.is_available());
        (machine.HasCudaLibrary || machine.CudaCount == 0).Should().BeTrue("usable CUDA devices need the library");
    }

    private static string Choose(DevicePreference preference, int? cudaIndex, string? variable, MachineDevices machine) =>
        DeviceSelector.Choose(preference, cudaIndex, variable, machine).ToString();

    private static Func<DeviceSelection> Choosing(DevicePreference preference, int? cudaIndex, string? variable, MachineDevices machine) =>
        () => DeviceSelector.Choose(preference, cudaIndex, variable, machine);

    private sealed class LineLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{level} {formatter(state, e)}");
    }
}
