using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Tests.Training;
using Xunit;

namespace Lanewise.Tests;

/// <summary>Each kind of error has its own exception, which carries the facts.</summary>
public sealed class ExceptionTests
{
    [Fact]
    public void A_shape_error_names_the_node()
    {
        var e = Assert.Throws<ShapeException>(
            () => Network.Define("n", new(1, 3, 3), x => x.Module("branch", y => y.Conv2d("conv", 4, kernelSize: 5))));
        Assert.Equal("branch.conv", e.NodePath);
    }

    [Fact]
    public void A_shape_error_of_the_preprocessing_names_the_network()
    {
        var network = Network.Define("n", new(3, 8, 8), x => x.Flatten().Linear("fc", 2));
        Assert.Equal("n", Assert.Throws<ShapeException>(() => new Trainer(network, new TrainingOptions { Transform = ImageTransform.Mnist })).Network);
    }

    [Fact]
    public void A_network_without_a_classifier_is_a_network_error()
    {
        var network = Network.Define("n", new(1, 8, 8), x => x.MaxPool2d(2));
        Assert.Equal("n", Assert.Throws<NetworkException>(() => network.WithTrainableHead()).Network);
    }

    [Fact]
    public void An_image_that_cannot_be_decoded_is_a_format_error()
    {
        using var stream = new MemoryStream("not an image"u8.ToArray());
        Assert.Equal(
            "upload.png", Assert.Throws<ImageFormatException>(() => ImageTransform.Mnist.Apply(stream, "upload.png")).FileName);
    }

    [Fact]
    public void Model_errors_name_the_file_and_the_reason()
    {
        using var folder = new TemporaryFolder();
        string text = folder.Write("a.txt", "text"u8.ToArray()), damaged = folder.Write("d.safetensors", new byte[20]), plain = folder["p.safetensors"];
        Safetensors.Write(plain, Weights.Initialize(TrainerTests.Small, seed: 1).Tensors);
        AssertModelError(ModelFormatError.Unsupported, text, () => WeightsFile.Read(text));
        AssertModelError(ModelFormatError.Damaged, damaged, () => WeightsFile.Read(damaged));
        AssertModelError(ModelFormatError.ModelNotNamed, plain, () => ModelFile.Load(plain));
        AssertModelError(ModelFormatError.Mismatch, plain, () => ModelFile.Load(plain, "residual"));
        AssertModelError(ModelFormatError.NotACheckpoint, plain, () => Checkpoint.Load(plain, TrainerTests.Small));
    }

    [Fact]
    public async Task Dataset_errors_carry_the_name_the_reason_and_the_folders()
    {
        using var folder = new TemporaryFolder();
        var missing = await LoadAsync(folder["none"]);
        Assert.Equal((DatasetError.RootNotFound, "mnist", folder["none"]), (missing.Error, missing.Dataset, missing.Root));
        var empty = await LoadAsync(folder.Path);
        Assert.Equal((DatasetError.NotFound, "mnist", folder.Path, null), (empty.Error, empty.Dataset, empty.Root, empty.Folder));
        foreach (var file in DatasetCatalog.Find("mnist").Files)
        {
            folder.Write($"mnist/{file.Name}", [1, 2, 3]);
        }

        var damaged = await LoadAsync(folder.Path);
        Assert.Equal(
            (DatasetError.Damaged, "mnist", folder.Path, folder["mnist"]), (damaged.Error, damaged.Dataset, damaged.Root, damaged.Folder));
    }

    [Fact]
    public void Classes_that_do_not_fit_the_network_are_a_dataset_error()
    {
        var network = Network.Define("n", new(1, 28, 28), x => x.Flatten().Linear("fc", 2));
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 8 });
        var e = Assert.Throws<DatasetException>(
            () => Evaluation.Run(plan, TrainerTests.Test, ImageTransform.Mnist, TestContext.Current.CancellationToken));
        Assert.Equal((DatasetError.ClassMismatch, TrainerTests.Test.Name), (e.Error, e.Dataset));
    }

    [Fact]
    public void An_unknown_name_carries_the_known_and_the_nearest_ones()
    {
        var model = Assert.Throws<UnknownNameException>(() => ModelCatalog.Find("resnet17"));
        Assert.Equal(("model", "resnet17", "resnet18"), (model.Kind, model.Name, model.Nearest));
        Assert.Equal(ModelCatalog.All.Select(m => m.Name), model.KnownNames);
        var dataset = Assert.Throws<UnknownNameException>(() => DatasetCatalog.Find("imagenet"));
        Assert.Equal(("dataset", null), (dataset.Kind, dataset.Nearest));
        Assert.Equal("conv", Assert.Throws<UnknownNameException>(() => TrainerTests.Small.Find("konv")).Nearest);
    }

    [Fact]
    public void An_invalid_option_is_named_with_its_value()
    {
        AssertInvalid(nameof(TrainingOptions.BatchSize), 0, () => new Trainer(TrainerTests.Small, new TrainingOptions { BatchSize = 0 }));
        AssertInvalid(
            nameof(Optimizer.LearningRate), -1.0, () => new Trainer(TrainerTests.Small, new TrainingOptions { Optimizer = new Sgd(-1) }));
        AssertInvalid(nameof(PlanOptions.LaneWidth), 3, () => Plan.Compile(TrainerTests.Small, new PlanOptions { LaneWidth = 3 }));
        var augmentation = new TrainingOptions { Augmentation = new Augmentation(new RandomCrop(), new RandomHorizontalFlip(2)) };
        AssertInvalid(nameof(RandomHorizontalFlip.P), 2.0, () => new Trainer(TrainerTests.Small, augmentation));
    }

    [Fact]
    public void A_file_that_cannot_be_accessed_is_named()
    {
        using var folder = new TemporaryFolder();
        var read = Assert.Throws<FileAccessException>(() => WeightsFile.Read(folder["none"]));
        Assert.Equal((folder["none"], FileAccess.Read), (read.Path, read.Access));
        var written = Assert.Throws<FileAccessException>(() => Safetensors.Write(folder["none/a"], []));
        Assert.Equal((folder["none/a"], FileAccess.Write), (written.Path, written.Access));
    }

    private static void AssertModelError(ModelFormatError error, string file, Func<object> read)
    {
        var e = Assert.Throws<ModelFormatException>(read);
        Assert.Equal((error, file), (e.Error, e.FileName));
    }

    private static void AssertInvalid(string option, object value, Func<object> use)
    {
        var e = Assert.Throws<InvalidOptionException>(use);
        Assert.Equal((option, value), (e.Option, e.Value));
    }

    private static async Task<DatasetException> LoadAsync(string folder) => await Assert.ThrowsAsync<DatasetException>(() =>
        DatasetCatalog.Find("mnist").LoadAsync(new DatasetOptions { Roots = DatasetRoots.From(folder) }, TestContext.Current.CancellationToken));
}
