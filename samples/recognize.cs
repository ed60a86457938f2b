// What does a face show? A picture of one face, and a network of your own if you like:  dotnet run samples/recognize.cs -- face.png face.onnx
#:project ../src/FacialAttention.Onnx/FacialAttention.Onnx.csproj
#:package Microsoft.ML.OnnxRuntime

using FacialAttention;

if (args is not [string picture, ..] || args.Length > 2)
{
    Console.Error.WriteLine("Expected a picture of one face, and perhaps a network as .onnx, such as train.cs writes.");
    return 2;
}

// The network says what it expects: labels, size, preprocessing. One recogniser serves all threads.
using OnnxExpressionRecognizer recognizer = args is [_, string model]
    ? OnnxExpressionRecognizer.Load(model)
    : OnnxExpressionRecognizer.LoadPretrained();

// PNG, JPEG and others, of any size, in colour or gray; the face is already cropped.
FaceImage face = FaceImage.Load(picture);

ExpressionPrediction prediction = recognizer.Recognize(face);
Console.WriteLine($"{picture} shows {prediction}");
for (int label = 0; label < recognizer.Labels.Count; label++)
{
    Console.WriteLine($"  {recognizer.Labels[label],-10} {prediction.Probabilities[label],7:P1}");
}

return 0;
