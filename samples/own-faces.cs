// Train a network further on your own faces and classes:  dotnet run -c Release samples/own-faces.cs -- faces face.safetensors
#:project ../src/FacialAttention/FacialAttention.csproj
#:property TorchBackend=cpu

using FacialAttention;

if (args is not [string folder, string checkpoint])
{
    Console.Error.WriteLine("Expected a folder of faces, <class>/*.png or .jpg, and a checkpoint, such as train.cs writes.");
    return 2;
}

// Four of five faces of each class are for training. Images that cannot be used are left out and listed.
FaceFolder read = FaceFolderReader.ReadStratified(folder, trainingShare: 0.8, skipBad: true);
foreach (BadImage bad in read.BadImages)
{
    Console.WriteLine($"Left out {bad.Path}: {bad.Reason}");
}

DatasetSplit faces = read.Split;

// The layers of the checkpoint, with a new last one for the new classes. The convolutions stay as they are.
using ExpressionNetwork network = Checkpoint.Load(checkpoint, faces.Training.Labels);
var options = new TrainerOptions
{
    Epochs = 20,
    LearningRateFactors = new Dictionary<string, double> { ["backbone"] = 0 },
};
using var trainer = new Trainer(network, options);
trainer.Fit(faces.Training, faces.Validation);

// The weights were selected on these faces, which flatters; report on a test set of other persons.
EvaluationResult result = Evaluator.Evaluate(network, faces.Validation);
for (int label = 0; label < result.Labels.Count; label++)
{
    Console.WriteLine($"{result.Labels[label],-10} found in {result.Confusion.Recall(label):P1}");
}

Checkpoint.Save("own-faces.safetensors", network);
return 0;
