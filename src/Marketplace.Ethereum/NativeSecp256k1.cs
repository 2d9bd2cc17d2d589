using System.Runtime.InteropServices;
using Marketplace.Kernel;

namespace Marketplace.Ethereum;

/// <summary>The curve by libsecp256k1: constant-time (its headers secp256k1.h and secp256k1_recovery.h).</summary>
/// <remarks>Function pointers, not LibraryImport: the library is optional and its file name varies.</remarks>
internal sealed unsafe class NativeSecp256k1 : ISecp256k1Backend
{
    private const uint SignAndVerify = 0x301; // SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY
    private const uint Uncompressed = 2; // SECP256K1_EC_UNCOMPRESSED
    private const int OpaqueLength = 128; // larger than both opaque structs (64 and 65 bytes)
    private const int PublicKeyLength = 65;

    private static readonly string[] FileNames =
        ["libsecp256k1.so.1", "libsecp256k1.so.2", "libsecp256k1.so.0", "libsecp256k1.so"];

    private readonly IntPtr context;
    private readonly delegate* unmanaged<IntPtr, byte*, byte*, int> create;
    private readonly delegate* unmanaged<IntPtr, byte*, nuint*, byte*, uint, int> serialize;
    private readonly delegate* unmanaged<IntPtr, byte*, byte*, byte*, IntPtr, IntPtr, int> sign;
    private readonly delegate* unmanaged<IntPtr, byte*, int*, byte*, int> writeSignature;
    private readonly delegate* unmanaged<IntPtr, byte*, byte*, int, int> readSignature;
    private readonly delegate* unmanaged<IntPtr, byte*, byte*, byte*, int> recover;

    private NativeSecp256k1(IntPtr library, string fileName)
    {
        Name = fileName;
        create = (delegate* unmanaged<IntPtr, byte*, byte*, int>)Export(library, "ec_pubkey_create");
        serialize = (delegate* unmanaged<IntPtr, byte*, nuint*, byte*, uint, int>)
            Export(library, "ec_pubkey_serialize");
        sign = (delegate* unmanaged<IntPtr, byte*, byte*, byte*, IntPtr, IntPtr, int>)
            Export(library, "ecdsa_sign_recoverable");
        writeSignature = (delegate* unmanaged<IntPtr, byte*, int*, byte*, int>)
            Export(library, "ecdsa_recoverable_signature_serialize_compact");
        readSignature = (delegate* unmanaged<IntPtr, byte*, byte*, int, int>)
            Export(library, "ecdsa_recoverable_signature_parse_compact");
        recover = (delegate* unmanaged<IntPtr, byte*, byte*, byte*, int>)Export(library, "ecdsa_recover");

        // One context for the life of the process: after creation it is only read, so every thread may use it.
        context = ((delegate* unmanaged<uint, IntPtr>)Export(library, "context_create"))(SignAndVerify);
    }

    public string Name { get; }

    /// <summary>Null when no library is installed, or one that was built without recovery.</summary>
    public static NativeSecp256k1? TryLoad()
    {
        foreach (var fileName in FileNames)
        {
            if (NativeLibrary.TryLoad(fileName, out var library))
            {
                return TryBind(library, fileName);
            }
        }

        return null;
    }

    public byte[] PublicKey(ReadOnlySpan<byte> secret)
    {
        Span<byte> key = stackalloc byte[OpaqueLength];
        fixed (byte* keyAt = key, secretAt = secret)
        {
            Invariant.Holds(create(context, keyAt, secretAt) == 1, "The caller checked the range of the secret.");
        }

        return Write(key);
    }

    public EthSignature Sign(ReadOnlySpan<byte> secret, Hash32 digest)
    {
        Span<byte> opaque = stackalloc byte[OpaqueLength];
        Span<byte> compact = stackalloc byte[EthSignature.CompactLength];
        var recoveryId = 0;
        fixed (byte* opaqueAt = opaque, compactAt = compact, secretAt = secret, digestAt = digest.ToBytes())
        {
            var isSigned = sign(context, opaqueAt, digestAt, secretAt, IntPtr.Zero, IntPtr.Zero) == 1
                && writeSignature(context, compactAt, &recoveryId, opaqueAt) == 1;
            Invariant.Holds(isSigned, "The caller checked the range of the secret.");
        }

        return new EthSignature(
            new Hash32(compact[..Hash32.Length]), new Hash32(compact[Hash32.Length..]), (byte)recoveryId);
    }

    public byte[]? RecoverPublicKey(Hash32 digest, EthSignature signature)
    {
        Span<byte> compact = stackalloc byte[EthSignature.CompactLength];
        signature.R.WriteTo(compact);
        signature.S.WriteTo(compact[Hash32.Length..]);
        Span<byte> opaque = stackalloc byte[OpaqueLength];
        Span<byte> key = stackalloc byte[OpaqueLength];
        fixed (byte* opaqueAt = opaque, compactAt = compact, keyAt = key, digestAt = digest.ToBytes())
        {
            var isRecovered = readSignature(context, opaqueAt, compactAt, signature.RecoveryId) == 1
                && recover(context, keyAt, opaqueAt, digestAt) == 1;
            return isRecovered ? Write(key) : null;
        }
    }

    private static NativeSecp256k1? TryBind(IntPtr library, string fileName)
    {
        try
        {
            return new NativeSecp256k1(library, fileName);
        }
        catch (EntryPointNotFoundException)
        {
            return null; // built without the recovery module
        }
    }

    private static IntPtr Export(IntPtr library, string name) => NativeLibrary.GetExport(library, "secp256k1_" + name);

    private byte[] Write(ReadOnlySpan<byte> opaqueKey)
    {
        Span<byte> bytes = stackalloc byte[PublicKeyLength];
        nuint length = PublicKeyLength;
        fixed (byte* bytesAt = bytes, keyAt = opaqueKey)
        {
            _ = serialize(context, bytesAt, &length, keyAt, Uncompressed); // the header promises 1 always
        }

        return bytes[1..].ToArray();
    }
}
