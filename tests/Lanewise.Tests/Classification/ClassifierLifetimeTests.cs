using System.Runtime.CompilerServices;
using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests;

[Collection("alone")]
public sealed class ClassifierLifetimeTests
{
    [Fact]
    public void Classifiers_that_are_dropped_leave_neither_memory_nor_threads()
    {
        using var folder = new TemporaryFolder();
        var card = new ModelCard("residual", [.. "0123456789".Select(c => $"{c}")], ImageTransform.Mnist);
        ModelFile.Save(folder["m.safetensors"], Weights.Initialize(Residual.Create(), 3), card);
        LoadAndDrop(folder, 5);
        var (bytes, threads) = Held();
        LoadAndDrop(folder, 200);
        var (bytesAfter, threadsAfter) = Held();
        // A single classifier holds more than 200 kB.
        Assert.True(bytesAfter - bytes < 20_000_000, $"{bytes} bytes before, {bytesAfter} after");
        Assert.True(threadsAfter <= threads, $"{threads} threads before, {threadsAfter} after");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadAndDrop(TemporaryFolder folder, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var classifier = ImageClassifier.Load(folder["m.safetensors"]);
            classifier.ClassifyBatch(ImageClassifierTests.Images(classifier.Network.Input, 4));
        }
    }

    private static (long Bytes, int Threads) Held()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        // Those of the thread pool are not the classifiers'.
        string[] names = OperatingSystem.IsLinux()
            ? [.. Directory.GetDirectories("/proc/self/task").Select(NameOf)]
            : [];
        return (GC.GetTotalMemory(forceFullCollection: true), names.Count(name => name.StartsWith("Lanewise", StringComparison.Ordinal)));
    }

    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm"));
        }
        catch (IOException)
        {
            return "";
        }
    }
}
