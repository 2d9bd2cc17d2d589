using System.Diagnostics.CodeAnalysis;

namespace Marketplace.Kernel;

/// <summary>What must hold whatever the input was. A violation is a bug, never caught below the process edge.</summary>
public static class Invariant
{
    /// <exception cref="InvariantViolationException"><paramref name="condition"/> is false.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string because)
    {
        if (!condition)
        {
            throw new InvariantViolationException(because);
        }
    }
}

/// <summary>A bug was found while running.</summary>
public sealed class InvariantViolationException(string message) : Exception(message);
