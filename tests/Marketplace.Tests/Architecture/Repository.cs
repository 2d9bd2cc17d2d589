using System.Text.RegularExpressions;

namespace Marketplace.Tests.Architecture;

/// <summary>A file of the repository; its path is from the root, with forward slashes.</summary>
public sealed record SourceFile(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>The project's folder: <c>Marketplace.Kernel</c> of src/Marketplace.Kernel/Hex.cs.</summary>
    public string Project => Path.Split('/') is [_, var project, _, ..] ? project : "";

    /// <summary>The text without comments and without what stands in quotes.</summary>
    public string Code => Uncoded.Replace(Text, match => match.Value.StartsWith('/') ? "" : "\"\"");

    private static Regex Uncoded { get; } = new(
        """"
        //[^\n]*|/\*.*?\*/|\$*"""+.*?"""+|\$?@\$?"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'
        """".Trim(),
        RegexOptions.Singleline | RegexOptions.Compiled);
}

/// <summary>The files that people wrote. The architecture tests are the only ones here that read files.</summary>
public static class Repository
{
    private static readonly string[] Foreign =
        ["bin", "obj", "node_modules", "artifacts", "cache", "TestResults", "data", "BenchmarkDotNet.Artifacts"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> All { get; } = [.. Walk(new DirectoryInfo(Root)).Select(Read)];

    /// <summary>The code that is shipped.</summary>
    public static IEnumerable<SourceFile> Product => Under("src/", ".cs").Concat(Under("tools/", ".cs"));

    public static IEnumerable<SourceFile> Under(string folder, params string[] extensions) => All.Where(file =>
        file.Path.StartsWith(folder, StringComparison.Ordinal)
        && extensions.Contains(Path.GetExtension(file.Path)));

    /// <summary>All of them in one text, so that a failing test shows every place and not the first alone.</summary>
    public static string Listed(this IEnumerable<string> places) => string.Join('\n', places);

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) => folder.EnumerateFiles()
        .Where(file => file.Extension is ".cs" or ".csproj" or ".sln" or ".props" or ".sol" or ".sql" or ".md"
            or ".js" or ".mjs" or ".json" or ".yml" or ".txt" or "")
        .Concat(folder.EnumerateDirectories()
            .Where(child => !Foreign.Contains(child.Name) && !child.Name.StartsWith(".git", StringComparison.Ordinal))
            .SelectMany(Walk));

    private static SourceFile Read(FileInfo file) => new(
        Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Marketplace.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests must run inside the repository: no Marketplace.sln above them.");
    }
}
