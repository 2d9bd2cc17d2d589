using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Marketplace.Chain;

/// <summary>The file that says which process serves this folder's chain, and on which port.</summary>
internal sealed class ChainMarker(string path)
{
    /// <summary>Null when there is none, or a crash left half of one.</summary>
    public async Task<(int ProcessId, int Port)?> ReadAsync(CancellationToken ct) =>
        File.Exists(path)
        && (await File.ReadAllTextAsync(path, ct)).Split(' ') is [var first, var second]
        && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
        && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > 0 and <= IPEndPoint.MaxPort
            ? (processId, port)
            : null;

    public Task WriteAsync(int processId, int port, CancellationToken ct) => File.WriteAllTextAsync(
        path, string.Create(CultureInfo.InvariantCulture, $"{processId} {port}"), ct);

    public static int FreePort(int? preferred)
    {
        try
        {
            using var wanted = new TcpListener(IPAddress.Loopback, preferred ?? 0);
            wanted.Start();
            return ((IPEndPoint)wanted.LocalEndpoint).Port;
        }
        catch (SocketException) when (preferred is not null)
        {
            return FreePort(preferred: null);
        }
    }
}
