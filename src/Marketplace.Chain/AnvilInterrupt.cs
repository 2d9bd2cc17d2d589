using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Marketplace.Chain;

/// <summary>
/// The request to end that lets the chain write its state first; a kill would lose blocks that were final.
/// </summary>
internal static partial class AnvilInterrupt
{
    private const int Interrupt = 2;

    /// <summary>Where the system has no such request, the process is killed.</summary>
    public static void Send(Process process)
    {
        if (OperatingSystem.IsWindows() || Signal(process.Id, Interrupt) != 0)
        {
            process.Kill();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int pid, int signal);
}
