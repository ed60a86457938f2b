// What does a face show? A trained network and a picture of one face:  dotnet run samples/recognize.cs -- face.onnx face.png
#:project ../src/FacialAttention.Onnx/FacialAttention.Onnx.csproj
#:package Microsoft.ML.OnnxRuntime

using FacialAttention;

if (args is not [string model, string picture])
{
    Console.Error.WriteLine("Expected two files: a network as .onnx, such as train.cs writes, and a picture of one face.");
    return 2;
}

// The file says what its network expects: labels, size, preprocessing. One recogniser serves all threads.
using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(model);

// PNG, JPEG and others, of any size, in colour or gray; the face is already cropped.
FaceImage face = FaceImage.Load(picture);

ExpressionPrediction prediction = recognizer.Recognize(face);
Console.WriteLine($"{picture} shows {prediction}");
for (int label = 0; label < recognizer.Labels.Count; label++)
{
    Console.WriteLine($"  {recognizer.Labels[label],-10} {prediction.Probabilities[label],7:P1}");
}

return 0;
