using Lanewise;
using Xunit;

namespace Conventions;

/// <summary>A web application can tell a bad upload from its own faults by the exception's type.</summary>
public sealed class ErrorKindTests
{
    private static readonly ImageTransform Transform = ImageTransform.Mnist;

    public static TheoryData<string, byte[]> BadUploads => new()
    {
        { "empty", [] },
        { "text", "not an image"u8.ToArray() },
        { "a header alone", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] },
        { "a damaged JPEG", [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10] },
        { "a BMP that ends early", [.. "BM"u8, .. new byte[20]] },
        { "a web page", "<html></html>"u8.ToArray() },
    };

    public static TheoryData<string, Type, Action> OwnFaults => new()
    {
        { "a file of one's own that is missing", typeof(FileAccessException), () => Transform.Apply("none/seven.png") },
        { "a folder of images that is missing", typeof(DatasetException), () => _ = new ImageFolder("none") },
        { "a layer that does not fit", typeof(ShapeException), () => Network.Define("n", new Shape(1, 3, 3), x => x.Conv2d(4, kernelSize: 5)) },
        { "a network without a classifier", typeof(NetworkException), () => Network.Define("n", new Shape(1, 8, 8), x => x.ReLU()).WithTrainableHead() },
        { "an option out of range", typeof(InvalidOptionException), () => _ = new Trainer(Residual.Create(), new() { BatchSize = 0 }) },
        { "an unknown model", typeof(UnknownNameException), () => ModelCatalog.Find("resnet17") },
        { "labels that are no classes", typeof(DatasetException), () => _ = new TensorDataset(new Shape(1, 1, 1), new float[2], [0, -1]) },
    };

    [Theory]
    [MemberData(nameof(BadUploads))]
    public void A_bad_upload_is_an_ImageFormatException(string what, byte[] upload)
    {
        Assert.NotEmpty(what);
        Assert.Equal("upload.png", Assert.Throws<ImageFormatException>(() => Transform.Apply(upload, "upload.png")).FileName);
        Assert.Equal("upload.png", Assert.Throws<ImageFormatException>(() => Transform.Apply(new MemoryStream(upload), "upload.png")).FileName);
    }

    [Theory]
    [MemberData(nameof(OwnFaults))]
    public void An_own_fault_is_of_another_kind(string what, Type kind, Action fault)
    {
        Assert.NotEmpty(what);
        var e = Assert.IsAssignableFrom<LanewiseException>(Record.Exception(fault));
        Assert.Equal(kind, e.GetType());
    }
}
