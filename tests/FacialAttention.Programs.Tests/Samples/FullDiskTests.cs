using FacialAttention.Tests.Files;
using FacialAttention.Tests.Packaging;

namespace FacialAttention.Tests.Samples;

public sealed class FullDiskTests
{
    // Of a network so small that its state takes 27 KB, and twice that once there are best weights too.
    private const string Recipe = """
        {
          "network": {
            "backboneStages": [ { "kernelSize": 3, "channels": 4, "pool": true }, { "kernelSize": 3, "channels": 6, "pool": true } ],
            "lstmHiddenSize": 8, "lstmLayers": 1, "dropout": 0.3
          },
          "trainer": { "iterations": 12, "batchSize": 6, "validationInterval": 7, "resumeInterval": 2 }
        }
        """;

    [PrivateMountFact]
    public void Train_DiskFullAndThenNot_KeepsTheFormerStateAndEndsWithTheSameBytes()
    {
        using var folder = new TemporaryFolder();
        FerCsv.Write(folder.File("faces.csv"), ("Training", 40), ("PublicTest", 14));
        File.WriteAllText(folder.File("recipe.json"), Recipe);
        string train = $"dotnet '{SampleProcess.PathOf("Train")}' train --data faces.csv --config recipe.json --threads 1 --device cpu";
        string script = $"""
            mkdir small && mount -t tmpfs -o size=48k none small || exit 90
            {train} --output small/run
            [ $? = 2 ] || exit 91
            [ "$(ls -A small/run)" = run.resume ] || exit 92
            mount -o remount,size=10m small || exit 93
            {train} --output small/run --resume || exit 94
            cp small/run/checkpoint.safetensors resumed.safetensors
            {train} --output whole || exit 95
            """;

        ProcessRun run = ProcessRun.Run(folder.Path, "unshare", PrivateMountFactAttribute.UnshareOption!, "sh", "-c", script).OrThrow();

        run.Error.Should().StartWith("error: Cannot write 'small/run/run.resume': No space left on device.")
            .And.Contain("The former file stays.");
        run.Output.Should().Contain("Going on from");
        File.ReadAllBytes(folder.File("resumed.safetensors"))
            .Should().Equal(File.ReadAllBytes(folder.File("whole/checkpoint.safetensors")));
    }

    [PrivateMountFact]
    public void Draw_DiskFull_LeavesWholePicturesAloneAndNamesTheOther()
    {
        using var folder = new TemporaryFolder();
        string script = $"""
            mkdir small && mount -t tmpfs -o size=2m none small || exit 90
            dotnet '{SampleProcess.PathOf("Train")}' draw --output small/faces --persons 400 --held-out-persons 1
            [ $? = 2 ] || exit 91
            [ -z "$(find small -name '.*' -type f)" ] || exit 92
            cp -r small/faces faces
            """;

        ProcessRun run = ProcessRun.Run(folder.Path, "unshare", PrivateMountFactAttribute.UnshareOption!, "sh", "-c", script).OrThrow();

        run.Error.Should().MatchRegex(@"^error: Cannot write 'small/faces/train/\w+/\d{5}\.png': .*No space left on device\.");
        string[] pictures = Directory.GetFiles(folder.File("faces"), "*", SearchOption.AllDirectories);
        pictures.Should().HaveCountGreaterThan(100);
        pictures.Should().AllSatisfy(file => FaceImage.Load(file).Width.Should().Be(48));
    }
}
