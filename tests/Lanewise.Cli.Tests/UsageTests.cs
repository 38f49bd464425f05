namespace Lanewise.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("", "train, eval, predict, explain, convert, models, data, info")]
    [InlineData("trian residual", "no verb 'trian'; there are train, eval, predict, explain, convert, models, data, info; did you mean 'train'?")]
    [InlineData("train", "name a model (inception, inception-relu, residual, googlenet,")]
    [InlineData("train resdual", "plain110; did you mean 'residual'?")]
    [InlineData("train residual --dataset nist", "no dataset 'nist'; there are mnist, fashion-mnist, kmnist, cifar10, cifar100, digits; did you mean 'mnist'?")]
    [InlineData("train residual --bathc-size 8", "no option '--bathc-size'; did you mean '--batch-size'?")]
    [InlineData("train --verbose", "no option '--verbose'")]
    [InlineData("train residual -b 0", "--batch-size 0: expected a whole number from 1 to 65536")]
    [InlineData("train residual --batch-size many", "--batch-size many: expected a whole number")]
    [InlineData("train residual --lr -0.1", "--lr -0.1: expected a positive number")]
    [InlineData("train residual --lr NaN", "--lr NaN: expected a positive number")]
    [InlineData("train residual --lr inf", "--lr inf: expected a positive number")]
    [InlineData("train residual --lr 1e99", "--lr 1e99: expected a positive number")]
    [InlineData("train residual --momentum 1", "--momentum 1: expected a number of at least 0 and below 1")]
    [InlineData("train residual --weight-decay -1", "--weight-decay -1: expected a number of at least 0")]
    [InlineData("train residual --nesterov --momentum 0", "--momentum must be above 0")]
    [InlineData("train residual --opt adam", "no optimizer 'adam'; there are sgd, adamw; did you mean 'adamw'?")]
    [InlineData("train residual --epochs 0", "--epochs 0: expected a whole number from 1")]
    [InlineData("train residual --threads 0", "--threads 0: expected a whole number from 1 to 256")]
    [InlineData("train residual --threads 1000", "--threads 1000: expected a whole number from 1 to 256")]
    [InlineData("train residual --limit-train 0", "--limit-train 0: expected a whole number of at least 1")]
    [InlineData("train residual --seed x", "--seed x: expected a whole number")]
    [InlineData("train residual twice", "'twice' is one argument too many")]
    [InlineData("train residual --output", "--output")]
    [InlineData("train --resume runs/a --output b", "leave --output out")]
    [InlineData("eval", "CHECKPOINT")]
    [InlineData("eval \"\"", "CHECKPOINT: its value is empty")]
    [InlineData("predict \"\" a.png", "CHECKPOINT: its value is empty")]
    [InlineData("predict run a.png \"\"", "IMAGE: its value is empty")]
    [InlineData("train \"\"", "MODEL: its value is empty")]
    [InlineData("train residual --output \"\"", "--output: its value is empty")]
    [InlineData("train residual --data-dir \"\"", "--data-dir: its value is empty")]
    [InlineData("train --resume \"\"", "--resume: its value is empty")]
    [InlineData("data fetch \"\"", "NAME: its value is empty")]
    [InlineData("data verify mnist --data-dir \"\"", "--data-dir: its value is empty")]
    [InlineData("predict run", "IMAGE")]
    [InlineData("predict run a.png --top-k 0", "--top-k 0: expected a whole number from 1")]
    [InlineData("explain", "CHECKPOINT")]
    [InlineData("explain run --grad-cam", "--grad-cam needs a picture")]
    [InlineData("explain run --layer conv1 --filters", "--layer needs a picture")]
    [InlineData("explain run --feature-maps", "--feature-maps needs a picture")]
    [InlineData("explain run --branchs", "no option '--branchs'; did you mean '--branches'?")]
    [InlineData("convert a.pth", "OUT")]
    [InlineData("convert a.pth b.pth", "OUT b.pth: only .safetensors files are written")]
    [InlineData("convert a.pth b.safetensors --dtype f61", "--dtype f61: expected one of f32, f64, f16, bf16; did you mean 'f64'?")]
    [InlineData("convert a.pth b.safetensors --classes-from c.txt", "--classes-from needs --model")]
    [InlineData("models --jsno", "no option '--jsno'; did you mean '--json'?")]
    [InlineData("data", "list, fetch, verify")]
    [InlineData("data verify mnits", "no dataset 'mnits'; there are mnist, fashion-mnist, kmnist, cifar10, cifar100, digits; did you mean 'mnist'?")]
    public async Task Wrong_usage_gets_one_line_and_a_hint(string arguments, string expected)
    {
        // A word of nothing, as a shell's "" gives it, is written as "".
        using var folder = new TemporaryFolder();
        var words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "\"\"" ? "" : word);
        var result = await CliProgram.RunAsync(folder.Path, [.. words]);
        Assert.Contains(expected, result.OneError(exitCode: 2), StringComparison.Ordinal);
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.Matches("^Try 'lanewise.* --help'.$", result.ErrorLines[1]);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
