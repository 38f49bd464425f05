using System.Text.Json;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Pretrained;

/// <summary><c>lanewise weights</c>, and names of pretrained weights where a run or a file is taken.</summary>
public sealed class WeightsVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_list_says_what_each_can_do_and_where_it_is()
    {
        string file = Write("weights/googlenet/googlenet-1378be20.pth");
        var text = (await InProcess.RunAsync("weights", "list", "--data-dir", _folder.Path)).Ok();
        Assert.Contains("body to fine-tune", text.Out, StringComparison.Ordinal);
        Assert.Contains("classifier of 1,000 classes", text.Out, StringComparison.Ordinal);
        Assert.Contains(file, text.Out, StringComparison.Ordinal);
        Assert.Contains("not on disk; lanewise weights fetch resnet18-cntk", text.Out, StringComparison.Ordinal);

        var json = (await CliProgram.RunAsync(_folder.Path, "weights", "list", "--data-dir", _folder.Path, "--json")).Ok();
        var rows = JsonDocument.Parse(json.Out).RootElement.GetProperty("weights").EnumerateArray().ToArray();
        Assert.Equal(PretrainedCatalog.Names, rows.Select(row => row.GetProperty("name").GetString()));
        var row = rows.Single(r => r.GetProperty("name").GetString() == "googlenet");
        Assert.Equal(file, row.GetProperty("path").GetString());
        Assert.True(row.GetProperty("available").GetBoolean());
        Assert.False(row.GetProperty("tested").GetBoolean());
        Assert.Equal(52_147_035, row.GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Without_a_terminal_a_licence_is_accepted_by_an_option_only()
    {
        var refused = await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, "weights", "fetch", "resnet18-cntk", "--from", "x.nupkg");
        refused.AssertError("its licence (MIT) was not accepted.");
        refused.AssertError("'lanewise weights fetch resnet18-cntk --accept-license' accepts it.");
        var accepted = await CliProgram.RunWithCacheAsync(
            _folder.Path, _folder.Path, "weights", "fetch", "resnet18-cntk", "--from", "x.nupkg", "--accept-license");
        accepted.AssertError("x.nupkg could not be read");
        Assert.Contains("the notices of the package name no source of the training data.", accepted.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_file_an_unreachable_address_and_unknown_names_are_one_error()
    {
        string wrong = Write("wrong.pth");
        var e = await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, "weights", "fetch", "resnet18", "--from", wrong);
        e.AssertError($"{wrong}: its content of 3 bytes has the SHA-256 ");
        e = await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, "weights", "fetch", "resnet18");
        e.AssertError("resnet18: resnet18-f37072fd.pth could not be downloaded (download.pytorch.org: ");
        e.AssertError("a package feed has resnet18-cntk. 'lanewise weights fetch resnet18 --from FILE' takes what was fetched by hand.");
        (await InProcess.RunAsync("weights", "fetch", "resnet81")).AssertError("did you mean 'resnet18'?", exitCode: 2);
        (await InProcess.RunAsync("weights", "verify", "resnet34", "--data-dir", _folder.Path))
            .AssertError($"are not in {_folder["weights"]} yet. 'lanewise weights fetch resnet34 --data-dir {_folder.Path}' fetches them.");
    }

    [Fact]
    public async Task Verify_compares_the_file_with_its_checksum()
    {
        string file = Write("weights/resnet34/resnet34-b627a593.pth");
        var result = await CliProgram.RunAsync(_folder.Path, "weights", "verify", "resnet34", "--data-dir", _folder.Path, "--json");
        Assert.Equal(1, result.ExitCode);
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal((file, false), (json.GetProperty("path").GetString(), json.GetProperty("ok").GetBoolean()));
        Assert.Contains("'lanewise weights fetch resnet34 --data-dir", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_deletes_what_was_fetched_and_says_how_much()
    {
        Published.WriteFetched(_folder.Path, "resnet18");
        string file = _folder["weights/resnet18/resnet18-f37072fd.pth"];
        long bytes = Directory.GetFiles(_folder["weights/resnet18"]).Sum(path => new FileInfo(path).Length);
        var removed = (await InProcess.RunAsync("weights", "remove", "resnet18", "--data-dir", _folder.Path)).Ok();
        Assert.Contains($"removed {file}\n", removed.Out, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"resnet18: 2 files, {bytes:N0} bytes"), removed.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["weights/resnet18"]));
        (await InProcess.RunAsync("weights", "remove", "resnet18", "--data-dir", _folder.Path)).AssertError("nothing in");
    }

    [Fact]
    public async Task Data_remove_deletes_downloads_from_the_cache_only()
    {
        string[] own = [Write("lanewise/MNIST/raw/train-images-idx3-ubyte.gz"), Write("lanewise/MNIST/raw/t10k-labels-idx1-ubyte.gz.part")];
        string byHand = Write("lanewise/MNIST/raw/train-labels-idx1-ubyte");
        var result = (await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, "data", "remove", "mnist", "--json")).Ok();
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(own, json.GetProperty("removed").EnumerateArray().Select(path => path.GetString()));
        Assert.Equal(6, json.GetProperty("bytes").GetInt64());
        Assert.All(own, path => Assert.False(File.Exists(path)));
        Assert.True(File.Exists(byHand));

        var again = await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, "data", "remove", "mnist");
        again.AssertError($"{_folder["lanewise/MNIST/raw"]} is left alone");
        (await InProcess.RunAsync("data", "remove", "digits")).AssertError("built in");
    }

    [Fact]
    public async Task Data_remove_leaves_no_empty_folder()
    {
        Write("lanewise/MNIST/raw/train-images-idx3-ubyte.gz");
        (await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, "data", "remove", "mnist")).Ok();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["lanewise"]));
    }

    [Theory]
    [InlineData("eval")]
    [InlineData("predict", "x.png")]
    [InlineData("explain")]
    [InlineData("embed", "x.png", "--output", "x.npz")]
    [InlineData("convert", "x.safetensors")]
    public async Task A_name_that_is_not_fetched_names_the_command_that_fetches_it(string verb, params string[] others)
    {
        var result = await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, [verb, "resnet34", .. others]);
        result.AssertError("resnet34: these pretrained weights are not in ");
        result.AssertError("'lanewise weights fetch resnet34' fetches them.");
        (await CliProgram.RunWithCacheAsync(_folder.Path, _folder.Path, [verb, "resnet35", .. others]))
            .AssertError("resnet35: there is no such run folder or file, and no pretrained weights of that name; did you mean 'resnet34'?");
    }

    [Fact]
    public async Task Pretrained_weights_have_no_report() =>
        (await InProcess.RunAsync("report", "resnet34")).AssertError("resnet34: pretrained weights have no run;");

    [Fact]
    public async Task The_cost_of_pretrained_weights_is_that_of_their_model()
    {
        var named = (await CliProgram.RunAsync(_folder.Path, "cost", "resnet50-v2", "--depth", "1", "--json")).Ok();
        var model = (await CliProgram.RunAsync(_folder.Path, "cost", "resnet50", "--depth", "1", "--json")).Ok();
        Assert.Contains("\"parameters\":25557032", named.Out, StringComparison.Ordinal);
        Assert.Equal(model.Out, named.Out);
    }

    private string Write(string name)
    {
        string path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, [1, 2, 3]);
        return path;
    }
}
