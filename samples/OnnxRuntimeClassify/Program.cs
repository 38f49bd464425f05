// Classifies an image file with ONNX Runtime, without Lanewise: OnnxRuntimeClassify photos.onnx cat.jpg
// The model is written by: lanewise export runs/resnet18-1 photos.onnx --input uint8 --probabilities
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SkiaSharp;

using var session = new InferenceSession(args[0]);
int[] shape = session.InputMetadata["input"].Dimensions; // batch, channels, rows, columns
var card = session.ModelMetadata.CustomMetadataMap;
string[] classes = JsonSerializer.Deserialize<string[]>(card["lanewise.classes"])!;
float cropPct = float.Parse(card["lanewise.crop_pct"], CultureInfo.InvariantCulture);

byte[] pixels = Prepare(args[1], shape[1], height: shape[2], width: shape[3], cropPct);
using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, shape[1], shape[2], shape[3]]);
using var options = new RunOptions();
using var outputs = session.Run(options, ["input"], [input], ["probabilities"]);
var probabilities = outputs[0].GetTensorDataAsSpan<float>().ToArray();
foreach (var (label, probability) in classes.Zip(probabilities).OrderByDescending(c => c.Second).Take(3))
{
    Console.WriteLine($"{label} {probability:P1}");
}

// Returns the center of an image as bytes in the order channels, rows, columns. The center is the share cropPct of the largest rectangle
// of the input's proportions.
static byte[] Prepare(string path, int channels, int height, int width, float cropPct)
{
    using var image = SKImage.FromEncodedData(path) ?? throw new InvalidDataException($"{path} is not an image.");
    float scale = cropPct * Math.Min((float)image.Width / width, (float)image.Height / height);
    var center = SKRect.Create(
        (image.Width - scale * width) / 2, (image.Height - scale * height) / 2, scale * width, scale * height);
    using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
    using var canvas = new SKCanvas(bitmap);
    canvas.Clear(SKColors.White);
    canvas.DrawImage(image, center, SKRect.Create(width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    byte[] pixels = new byte[channels * height * width];
    for (int i = 0; i < height * width; i++)
    {
        var color = bitmap.GetPixel(i % width, i / width);
        if (channels == 1)
        {
            pixels[i] = (byte)Math.Round(0.299 * color.Red + 0.587 * color.Green + 0.114 * color.Blue);
            continue;
        }

        (pixels[i], pixels[height * width + i], pixels[2 * height * width + i]) = (color.Red, color.Green, color.Blue);
    }

    return pixels;
}
