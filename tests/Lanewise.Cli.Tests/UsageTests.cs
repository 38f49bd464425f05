namespace Lanewise.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData(
        "trian residual",
        "no verb 'trian'; did you mean 'train'? There are train, fit, find-lr, eval, predict, explain, embed, report, verify, export, convert, "
            + "models, recipes, cost, plan, bench, data, weights, depth, info, completion, help.")]
    [InlineData("help trian", "no verb 'trian'; did you mean 'train'? There are train, ")]
    [InlineData("trian --help", "no verb 'trian'; did you mean 'train'? There are train, ")]
    [InlineData("xyzzy", "no verb 'xyzzy'; there are train, ")]
    [InlineData("data fecth mnist", "lanewise data has no verb 'fecth'; did you mean 'fetch'? There are list, check, fetch, verify, remove.")]
    [InlineData("completion basj", "There is no shell 'basj'; did you mean 'bash'? There are bash, zsh, fish, pwsh.")]
    [InlineData("train", "lanewise train: specify a model (inception, inception-relu, residual, googlenet,")]
    [InlineData("train resdual", "no model 'resdual'; did you mean 'residual'? There are inception, ")]
    [InlineData(
        "train residual --dataset nist",
        "no dataset or folder 'nist'; did you mean 'mnist'? There are mnist, fashion-mnist, kmnist, cifar10, cifar100, "
            + "emnist-balanced, emnist-letters, emnist-digits, emnist-mnist, emnist-byclass, emnist-bymerge, digits.")]
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
    [InlineData("train residual --nesterov --momentum 0", "--nesterov: Nesterov momentum requires a --momentum above 0")]
    [InlineData("train residual --opt adam", "no optimizer 'adam'; did you mean 'adamw'? There are sgd, adamw, rmsprop, muon.")]
    [InlineData("train residual --epochs 0", "--epochs 0: expected a whole number from 1")]
    [InlineData("train residual --threads 0", "--threads 0: expected a whole number from 1 to 256")]
    [InlineData("train residual --threads 1000", "--threads 1000: expected a whole number from 1 to 256")]
    [InlineData("train residual --limit-train 0", "--limit-train 0: expected a whole number of at least 1")]
    [InlineData("train residual --seed x", "--seed x: expected a whole number")]
    [InlineData("train residual twice", "unexpected argument 'twice'")]
    [InlineData("train residual --output", "--output: the value is missing; expected FOLDER.")]
    [InlineData("train --resume runs/a --output b", "omit --output")]
    [InlineData("eval", "lanewise eval: RUN|FILE|NAME is missing.")]
    [InlineData("eval \"\"", "RUN|FILE|NAME: the value is empty")]
    [InlineData("predict \"\" a.png", "RUN|FILE|NAME: the value is empty")]
    [InlineData("predict run a.png \"\"", "IMAGE: the value is empty")]
    [InlineData("train \"\"", "MODEL|FILE: the value is empty")]
    [InlineData("train residual --output \"\"", "--output: the value is empty")]
    [InlineData("train residual --data-dir \"\"", "--data-dir: the value is empty")]
    [InlineData("train --resume \"\"", "--resume: the value is empty")]
    [InlineData("data fetch \"\"", "NAME: the value is empty")]
    [InlineData("data verify mnist --data-dir \"\"", "--data-dir: the value is empty")]
    [InlineData("predict run", "lanewise predict: IMAGE is missing.")]
    [InlineData("predict run a.png --top-k 0", "--top-k 0: expected a whole number from 1")]
    [InlineData("explain", "lanewise explain: RUN|FILE|NAME is missing.")]
    [InlineData("explain run --grad-cam", "--grad-cam requires an image")]
    [InlineData("explain run --layer conv1 --filters", "--layer requires an image")]
    [InlineData("explain run --feature-maps", "--feature-maps requires an image")]
    [InlineData("explain run --branchs", "no option '--branchs'; did you mean '--branches'?")]
    [InlineData("convert a.pth", "lanewise convert: OUT is missing.")]
    [InlineData("convert a.pth b.pth", "OUT b.pth: expected a name that ends in .safetensors")]
    [InlineData("convert a.pth b.safetensors --dtype f61", "There is no data type 'f61'; did you mean 'f64'? There are f32, f64, f16, bf16.")]
    [InlineData("convert a.pth b.safetensors --labels c.txt", "--labels requires --model")]
    [InlineData("models --jsno", "no option '--jsno'; did you mean '--json'?")]
    [InlineData("cost", "lanewise cost: specify a model (inception, inception-relu, residual,")]
    [InlineData("cost resdual", "did you mean 'residual'?")]
    [InlineData("cost \"\"", "MODEL|RUN|FILE|NAME: the value is empty")]
    [InlineData("cost inception twice", "unexpected argument 'twice'")]
    [InlineData("cost --inputt", "no option '--inputt'; did you mean '--input'?")]
    [InlineData("cost inception --input 28", "--input 28: expected channels, height and width such as 3x224x224")]
    [InlineData("cost inception --input 1x0x28", "--input 1x0x28: expected channels, height and width")]
    [InlineData("cost inception --input 1x28x-28", "--input 1x28x-28: expected channels, height and width")]
    [InlineData("cost inception --input 1x99999999999x28", "each from 1 to 65536")]
    [InlineData("cost inception --depth 0", "--depth 0: expected a whole number of at least 1")]
    [InlineData("cost inception --json --csv", "--json and --csv cannot be combined")]
    [InlineData("cost inception --batch-size 4", "--training and --batch-size require --time")]
    [InlineData("cost inception --time --batch-size 1025", "--batch-size 1025: expected a whole number from 1 to 1024")]
    [InlineData("cost conv", "lanewise cost conv: --input, --out and --kernel are required, as in: ")]
    [InlineData("cost conv --input 3x8x8 --out 4 --kernel 3 --reduce 0", "--reduce 0: expected a whole number from 1 to 65536")]
    [InlineData("cost conv --input 8x8 --out 4 --kernel 3", "--input 8x8: expected channels, height and width")]
    [InlineData("cost conv extra", "lanewise cost conv: unexpected argument 'extra'")]
    [InlineData(
        "depth --depths 20,57",
        "There is no network of 57 layers; there are 8, 14, 20, 26, 32 and so on, 6·n + 2, up to 1202; the nearest are 56 and 62.")]
    [InlineData("depth --depths deep", "--depths deep: expected comma-separated whole numbers.")]
    [InlineData("depth --depths 20,20", "--depths 20,20: a value is repeated")]
    [InlineData("depth --families plane", "There is no family 'plane'; did you mean 'plain'? There are plain, residual.")]
    [InlineData("depth --init hee", "There is no initialization 'hee'; did you mean 'he'? There are default, he.")]
    [InlineData("depth --resume a --output b", "omit --output")]
    [InlineData("data --data-dir x", "lanewise data has no option '--data-dir'.")]
    [InlineData("predict", "lanewise predict: RUN|FILE|NAME and IMAGE are missing.")]
    [InlineData("train residual --opt sgd --opt adamw", "--opt: the option is repeated; specify it once.")]
    [InlineData(
        "data verify mnits",
        "no dataset 'mnits'; did you mean 'mnist'? There are mnist, fashion-mnist, kmnist, cifar10, cifar100, "
            + "emnist-balanced, emnist-letters, emnist-digits, emnist-mnist, emnist-byclass, emnist-bymerge, digits.")]
    public async Task Usage_errors_are_one_line_with_a_hint_at_the_help(string arguments, string expected)
    {
        Check(await InProcess.RunAsync(Words(arguments)), expected);
    }

    [Theory]
    [InlineData("train", "specify a model")]
    [InlineData("train residual -b 0", "--batch-size 0: expected a whole number from 1 to 65536")]
    [InlineData("train --resume runs/a --output b", "omit --output")]
    [InlineData("train residual --output \"\"", "--output: the value is empty")]
    [InlineData("convert a.pth b.pth", "OUT b.pth: expected a name that ends in .safetensors")]
    [InlineData("depth --depths 20,20", "--depths 20,20: a value is repeated")]
    public async Task A_usage_error_leaves_no_files(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        Check(await CliProgram.RunAsync(folder.Path, Words(arguments)), expected);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void Check(CliResult result, string expected)
    {
        result.AssertError(expected, exitCode: 2);
        Assert.Equal(2, result.ErrorLines.Length);
        Assert.Matches("^Try 'lanewise.* --help'.$", result.ErrorLines[1]);
    }

    /// <summary>Splits a command line at spaces; <c>""</c> is an empty argument, as in a shell.</summary>
    private static string[] Words(string arguments) =>
        [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word == "\"\"" ? "" : word)];
}
