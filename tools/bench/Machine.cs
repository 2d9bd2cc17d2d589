using System.Globalization;

namespace Marketplace.Bench;

/// <summary>On what a measurement was made: without it a figure says nothing.</summary>
public sealed record Machine(string Cpu, int Cores, string Runtime, string LoadAverage)
{
    public static Machine Read() => new(
        Line("/proc/cpuinfo", "model name")?.Split(':')[^1].Trim() ?? "unknown",
        Environment.ProcessorCount,
        Environment.Version.ToString(),
        Line("/proc/loadavg", "") ?? "unknown");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Cpu}, {Cores} cores, .NET {Runtime}, load {LoadAverage}");

    private static string? Line(string path, string start) => File.Exists(path)
        ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) : null;
}
