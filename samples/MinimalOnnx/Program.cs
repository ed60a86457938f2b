using FacialAttention;

try
{
    using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(args.FirstOrDefault("face.onnx"));
    FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1);
    Console.WriteLine(recognizer.Recognize(face));
    return 0;
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
