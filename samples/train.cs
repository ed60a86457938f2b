// Train a network on FER2013:  dotnet run -c Release samples/train.cs -- fer2013.csv  or, without a file, on drawn faces.
#:project ../src/FacialAttention/FacialAttention.csproj
#:property TorchBackend=cpu

using FacialAttention;

// FER2013 says which faces are for what. Drawn faces are divided so that no person is in two parts.
DatasetSplit faces = args is [string csv]
    ? Fer2013Reader.Read(csv)
    : DatasetSplit.BySubject(SyntheticFaces.Generate(count: 2800, seed: 1), folds: 5, fold: 0);
Console.WriteLine($"{faces.Training.Count} faces to train on, {faces.Validation.Count} to select on ({faces.Description})");

// A small LSTM, for minutes instead of hours. Options that are not named are those of the paper.
using var network = new ExpressionNetwork(
    NetworkVariant.AcnnAlstm, new ExpressionNetworkOptions { LstmHiddenSize = 128, LstmLayers = 1 });
using var trainer = new Trainer(network, new TrainerOptions { Epochs = 3, BatchSize = 15, ValidationInterval = 100 });

// The network ends with the weights that did best on the validation faces.
trainer.Fit(faces.Training, faces.Validation, progress: new Progress<TrainingProgress>(step =>
{
    if (step.Validation is { } point)
    {
        Console.WriteLine($"iteration {step.Iteration} of {step.Iterations}: {1 - point.Error:P1} right, {step.Remaining:mm\\:ss} left");
    }
}));
EvaluationResult result = Evaluator.Evaluate(network, faces.Validation);
Console.WriteLine($"{result.Accuracy:P1} of the validation faces are right, macro F1 {result.MacroF1:F3}");

// A checkpoint to train further with own-faces.cs, a network without torch for recognize.cs, and a face that nobody saw.
Checkpoint.Save("face.safetensors", network);
OnnxExporter.Export("face.onnx", network);
SyntheticFaces.Draw(FacialExpression.Happy, identity: 1000, variation: 1).Save("face.png");
Console.WriteLine("Wrote face.safetensors, face.onnx and face.png. Next: dotnet run samples/recognize.cs -- face.png face.onnx");
