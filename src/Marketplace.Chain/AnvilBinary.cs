using System.Runtime.InteropServices;

namespace Marketplace.Chain;

/// <summary>Where the local chain's program is: the npm package's binary for this machine, else on the path.</summary>
internal static class AnvilBinary
{
    private static string FileName => OperatingSystem.IsWindows() ? "anvil.exe" : "anvil";

    /// <remarks>As the npm launcher names them: Windows has one for AMD64 only, which ARM64 runs too.</remarks>
    private static string PackageName
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
            var isArm = RuntimeInformation.OSArchitecture == Architecture.Arm64 && !OperatingSystem.IsWindows();
            return $"anvil-{system}-{(isArm ? "arm64" : "amd64")}";
        }
    }

    /// <param name="root">A folder at or above which <c>node_modules</c> is searched.</param>
    public static string Find(string root)
    {
        for (var folder = new DirectoryInfo(root); folder is not null; folder = folder.Parent)
        {
            var packages = Path.Combine(folder.FullName, "node_modules", "@foundry-rs");
            string[] places =
            [
                Path.Combine(packages, PackageName, "bin", FileName),
                Path.Combine(packages, "anvil", "node_modules", "@foundry-rs", PackageName, "bin", FileName),
            ];
            if (places.FirstOrDefault(File.Exists) is { } found)
            {
                return found;
            }
        }

        return FileName;
    }
}
