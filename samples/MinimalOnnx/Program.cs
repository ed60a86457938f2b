using FacialAttention;

try
{
    using var recognizer = args is [string path] ? OnnxExpressionRecognizer.Load(path) : OnnxExpressionRecognizer.LoadPretrained();
    FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1);
    Console.WriteLine(recognizer.Recognize(face));
    return 0;
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
