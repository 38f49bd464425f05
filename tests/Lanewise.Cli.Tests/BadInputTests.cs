using System.Buffers.Binary;

namespace Lanewise.Cli.Tests;

/// <summary>Damaged datasets, weights and images: one line on stderr, exit code 1, no files left.</summary>
public sealed class BadInputTests(TrainedRun trained)
{
    private const int Images = 0x0803;
    private const int Labels = 0x0801;
    private const int Pixels = 28 * 28;

    [Theory]
    [InlineData("truncated", "train-images-idx3-ubyte")]
    [InlineData("promises 4 GB", "train-images-idx3-ubyte")]
    [InlineData("fewer labels", "holds 6 images but train-labels-idx1-ubyte 5 labels")]
    [InlineData("no gzip", "train-images-idx3-ubyte.gz")]
    public async Task Damaged_datasets_are_rejected_and_no_run_folder_is_left(string damage, string expected)
    {
        using var folder = new TemporaryFolder();
        WriteDataset(folder, damage);
        var result = await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "mnist", "--data-dir", folder.Path, "--output", "run");
        result.AssertError(expected);
        Assert.False(Directory.Exists(folder["run"]));
    }

    [Fact]
    public async Task Verify_reports_wrong_checksums()
    {
        using var folder = new TemporaryFolder();
        WriteDataset(folder, "none");
        var result = await CliProgram.RunAsync(folder.Path, "data", "verify", "mnist", "--data-dir", folder.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("md5", result.Out, StringComparison.Ordinal);
        Assert.Contains("4 of 4 files failed verification", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_of_another_model_are_rejected_with_the_first_differences() => Assert.Contains(
        "these are not weights of 'inception': conv1.weight is ",
        (await CliProgram.RunAsync(Path.GetTempPath(), "eval", trained.Model, "--model", "inception")).OneError(),
        StringComparison.Ordinal);

    [Fact]
    public async Task Corrupt_weights_are_rejected()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = File.ReadAllBytes(trained.Model);
        File.WriteAllBytes(folder["cut.safetensors"], bytes[..(bytes.Length / 2)]);
        bytes[3] = 0xFF;
        File.WriteAllBytes(folder["wild.safetensors"], bytes);
        (await CliProgram.RunAsync(folder.Path, "eval", "cut.safetensors")).AssertError("cut.safetensors");
        (await CliProgram.RunAsync(folder.Path, "predict", "wild.safetensors", "a.png")).AssertError("wild.safetensors");
    }

    [Theory]
    [InlineData(1, "give --mean and --std")]
    [InlineData(2, "the model takes arrays of 2 channels, and an image has 1 or 3")]
    public async Task A_model_of_arrays_needs_to_be_told_how_to_read_images(int channels, string expected)
    {
        using var folder = new TemporaryFolder();
        var network = Network.Define("arrays", new Shape(channels, 4, 4), x => x.Flatten().Linear("fc", 2));
        var data = new TensorDataset(network.Input, new float[4 * network.Input.Count], [0, 1, 0, 1], ["a", "b"]);
        using var trainer = new Trainer(network, new TrainingOptions { Epochs = 1, BatchSize = 2 });
        await trainer.FitAsync(data, data, cancellationToken: TestContext.Current.CancellationToken);
        trainer.Save(folder["arrays.safetensors"]);
        (await CliProgram.RunAsync(folder.Path, "predict", "arrays.safetensors", "a.png")).AssertError(expected);
        (await CliProgram.RunAsync(folder.Path, "eval", "arrays.safetensors", "--dataset", "digits")).AssertError(expected);
    }

    [Fact]
    public async Task A_file_that_is_not_an_image_is_rejected() => Assert.Contains(
        "is not an image",
        (await CliProgram.RunAsync(trained.Run, "predict", ".", "summary.csv")).OneError(),
        StringComparison.Ordinal);

    [Fact]
    public async Task Messages_name_missing_files()
    {
        (await CliProgram.RunAsync(Path.GetTempPath(), "eval", "no-such-run")).AssertError("no-such-run");
        (await CliProgram.RunAsync(Path.GetTempPath(), "predict", trained.Run, "no-such.png")).AssertError("no-such.png");
        (await CliProgram.RunAsync(Path.GetTempPath(), "train", "--resume", "no-such-run")).AssertError("no-such-run");
    }

    private static void WriteDataset(TemporaryFolder folder, string damage)
    {
        File.WriteAllBytes(folder["train-labels-idx1-ubyte"], Idx(Labels, damage == "fewer labels" ? 5 : 6));
        File.WriteAllBytes(folder["t10k-images-idx3-ubyte"], Idx(Images, 2, 28, 28));
        File.WriteAllBytes(folder["t10k-labels-idx1-ubyte"], Idx(Labels, 2));
        byte[] images = Idx(Images, 6, 28, 28);
        switch (damage)
        {
            case "truncated":
                images = images[..^(Pixels + 5)];
                break;
            case "promises 4 GB":
                BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), 5_500_000);
                break;
            case "no gzip":
                images = [.. "<html>Moved</html>"u8];
                break;
        }

        File.WriteAllBytes(folder[damage == "no gzip" ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte"], images);
    }

    private static byte[] Idx(int magic, params int[] sizes)
    {
        byte[] file = new byte[4 + 4 * sizes.Length + sizes.Aggregate(1, (product, size) => product * size)];
        BinaryPrimitives.WriteInt32BigEndian(file, magic);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), sizes[i]);
        }

        return file;
    }
}
