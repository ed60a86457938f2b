using FacialAttention;

if (args.Length != 1)
{
    Console.Error.WriteLine("Expected the path of an .onnx file, which samples/Train export writes.");
    return 2;
}

using OnnxExpressionRecognizer recognizer = OnnxExpressionRecognizer.Load(args[0]);
FaceImage face = SyntheticFaces.Draw(FacialExpression.Happy, identity: 1, variation: 1);
Console.WriteLine(recognizer.Recognize(face));
return 0;
