namespace Lanewise.Imaging;

/// <summary>
/// Finds the splits and classes of a folder of images as people have them: <c>train/CLASS</c> beside <c>val</c>, <c>valid</c>,
/// <c>validation</c> or <c>test</c> in any case, <c>train</c> alone, or classes directly in the folder.
/// </summary>
internal static class ImageFolderLayout
{
    /// <summary>How model cards and run folders name a dataset that is a folder.</summary>
    public const string Prefix = "folder:";

    /// <summary>Finds the images of a folder with their splits.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DatasetException">There is no such folder, no class, or no image in a class of the training images.</exception>
    /// <exception cref="FileAccessException">A folder cannot be read.</exception>
    public static DatasetParts Read(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        RequireFolder(path);
        var search = new ImageFileSearch();
        string folder = Unwrapped(path);
        string[] splits = SplitsIn(folder);
        DatasetPart[] parts = splits.Length > 0
            ? [.. splits.Select(split => Part(search, folder, split, Path.GetFileName(split)))]
            : [Part(search, folder, folder, SplitNames.Whole)];
        string[] others = splits.Length == 0 ? []
            : [.. ImageFileSearch.FoldersIn(folder).Except(splits, StringComparer.Ordinal).Select(ImageFileSearch.NameOf)];
        return new(Prefix + path, parts, Transform: null, path) { Notice = Notice(folder, search, others) };
    }

    /// <summary>Finds the images of one folder with a folder for each class.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DatasetException">There is no class, or one is empty.</exception>
    /// <exception cref="FileAccessException">A folder cannot be read.</exception>
    public static ImageFileDataset ReadClasses(string folder)
    {
        RequireFolder(folder);
        return ReadClasses(new ImageFileSearch(), folder, folder, isStrict: true);
    }

    private static void RequireFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            throw Error(DatasetError.NotFound, path, File.Exists(path)
                ? $"{path}: it is a file; choose a folder of images."
                : $"{path}: there is no such folder; an image folder holds a folder for each class, or train/CLASS/… and val/CLASS/….");
        }
    }

    private static DatasetPart Part(ImageFileSearch search, string root, string folder, string name) =>
        new(name, ReadClasses(search, root, folder, isStrict: SplitNames.IsTrain(name) || name == SplitNames.Whole));

    private static ImageFileDataset ReadClasses(ImageFileSearch search, string root, string folder, bool isStrict)
    {
        string[] folders = ImageFileSearch.FoldersIn(folder);
        if (folders.Length == 0)
        {
            throw Error(
                DatasetError.Empty, folder, $"{folder}: there is no class in it; it should hold a folder for each class, with the "
                    + "images of the class.");
        }

        string[] classes = [.. folders.Select(ImageFileSearch.NameOf)];
        int twin = Enumerable.Range(1, classes.Length - 1).FirstOrDefault(i => classes[i] == classes[i - 1]);
        if (twin > 0)
        {
            throw Error(
                DatasetError.ClassMismatch, folder, $"{folder}: two folders are called {classes[twin]}, in two Unicode forms; "
                    + "move the images into one.");
        }

        var files = new List<LabelledFile>();
        for (int label = 0; label < folders.Length; label++)
        {
            string[] images = search.ImagesBelow(folders[label]);
            if (images.Length == 0 && isStrict)
            {
                string endings = string.Join(' ', ImageFileKinds.Endings.Select(ending => ending[1..]));
                throw Error(
                    DatasetError.Empty, folder, $"{folders[label]}: there is no image ({endings}) in this class; add some, or remove "
                        + "the folder.");
            }

            files.AddRange(images.Select(image => new LabelledFile(image, NameBelow(root, image), label)));
        }

        return files.Count > 0
            ? new(folder, classes, files)
            : throw Error(DatasetError.Empty, folder, $"{folder}: there is no image in its classes; add some, or remove the folder.");
    }

    private static string NameBelow(string root, string path) =>
        UnicodeForm.Compose(Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'));

    /// <summary>Gets the folders of splits; a folder called train that holds images, not classes, is a class of its own.</summary>
    private static string[] SplitsIn(string folder)
    {
        string[] all = ImageFileSearch.FoldersIn(folder);
        string[] splits = [.. all.Where(
            path => SplitNames.IsSplit(Path.GetFileName(path)) && ImageFileSearch.FoldersIn(path).Length > 0)];
        bool isDivided = splits.Length > 0
            && (splits.Length == all.Length || splits.Any(path => SplitNames.IsTrain(Path.GetFileName(path))));
        string[] names = [.. splits.Select(path => Path.GetFileName(path))];
        return !isDivided ? []
            : names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(twins => twins.Count() > 1) is { } same
                ? throw Error(
                    DatasetError.ClassMismatch, folder, $"{folder}: {string.Join(" and ", same)} are both there; keep one, or rename it.")
            : splits;
    }

    /// <summary>Goes into a folder that is alone in its parent, as archives often unpack, if it holds the splits.</summary>
    private static string Unwrapped(string folder) =>
        SplitsIn(folder).Length == 0 && ImageFileSearch.FoldersIn(folder) is [var only] && SplitsIn(only).Length > 0 ? only : folder;

    private static string? Notice(string folder, ImageFileSearch search, string[] foldersBeside)
    {
        int imagesBeside = search.ImagesIn(folder).Length;
        string?[] passedOver =
        [
            foldersBeside.Length > 0 ? $"folders beside the splits: {string.Join(", ", foldersBeside)}" : null,
            imagesBeside > 0 ? FormattableString.Invariant($"{imagesBeside:N0} images outside the class folders") : null,
            search.PassedOver() is { } kinds ? $"files that are no images: {kinds}" : null,
        ];
        string text = string.Join("; ", passedOver.OfType<string>());
        return text.Length == 0 ? null : $"{folder}: passed over {text}.";
    }

    private static DatasetException Error(DatasetError error, string folder, string message) =>
        new(message, error, Prefix + folder) { Folder = folder };
}
