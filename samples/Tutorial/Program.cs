// The programs of docs/tutorial.md, a chapter each: dotnet run -c Release --project samples/Tutorial -- CHAPTER
string[] chapters = ["reduce", "inception", "vanish", "residual", "train"];
foreach (string chapter in args.Length > 0 ? args : chapters)
{
    Console.WriteLine($"== {chapter}");
    switch (chapter)
    {
        case "reduce": ReduceChapter.Run(); break;
        case "inception": InceptionChapter.Run(); break;
        case "vanish": VanishChapter.Run(); break;
        case "residual": ResidualChapter.Run(); break;
        case "train": await TrainChapter.RunAsync(); break;
        default: throw new ArgumentException($"there is no chapter '{chapter}'; there are {string.Join(", ", chapters)}");
    }
}
