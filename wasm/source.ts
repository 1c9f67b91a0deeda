/** Modules of the project as syntax trees, with constants as numbers. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Class, type Declaration, type Expression, type Function as FunctionNode, parseSync } from 'oxc-parser';
import { withConstants, withNumbers } from '../bundle-numbers.ts';
import { membersOf } from './constant-parts.ts';
import { instantiate, noArrays } from './instantiate.ts';
import { Scope, UNDEFINED, type Value } from './values.ts';

const modules = new Map<string, SourceModule>();

/** The module at a path. */
export function moduleAt(path: string): SourceModule {
  const found = modules.get(path) ?? new SourceModule(path);
  modules.set(path, found);
  return found;
}

/** One module: what its names mean, those it imports from the project included. */
export class SourceModule {
  readonly path: string;
  private readonly values = new Map<string, Value>();
  private readonly imports = new Map<string, { readonly from: string; readonly name: string }>();
  private readonly initialisers = new Map<string, Expression>();
  private readonly classes = new Map<string, Class>();

  constructor(path: string) {
    this.path = path;
    const { program, errors } = parseSync(
      path.replace(/\.ts$/, '.js'),
      withConstants(withNumbers(readFileSync(path, 'utf8')), path),
    );
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
    for (const statement of program.body) {
      if (statement.type === 'ExportNamedDeclaration' && statement.declaration !== null)
        this.declare(statement.declaration);
      else if (statement.type === 'ImportDeclaration') {
        for (const specifier of statement.specifiers) {
          if (specifier.type !== 'ImportSpecifier' || specifier.imported.type !== 'Identifier') continue;
          this.imports.set(specifier.local.name, {
            from: join(dirname(path), statement.source.value),
            name: specifier.imported.name,
          });
        }
      } else this.declare(statement as Declaration);
    }
  }

  /** Gives a name another meaning than its declaration. */
  bind(name: string, value: Value): void {
    this.values.set(name, value);
  }

  find(name: string): Value | undefined {
    const value = this.values.get(name);
    if (value !== undefined) return value;
    const initialiser = this.initialisers.get(name);
    const initial = initialiser && this.initial(initialiser);
    if (initial !== undefined) return initial;
    const imported = this.imports.get(name);
    return imported?.from.endsWith('.ts') ? moduleAt(imported.from).find(imported.name) : undefined;
  }

  /** A method of a class, of an object whose members are known. */
  method(className: string, name: string, self: () => Value): Value {
    const method = this.classes
      .get(className)
      ?.body.body.find(
        (member) => member.type === 'MethodDefinition' && member.key.type === 'Identifier' && member.key.name === name,
      );
    if (method?.type !== 'MethodDefinition') throw new Error(`${this.path}: ${className} has no method ${name}`);
    const scope = new Scope(this);
    return {
      kind: 'function',
      node: method.value,
      scope,
      get self() {
        return self();
      },
    };
  }

  private declare(declaration: Declaration): void {
    if (declaration.type === 'FunctionDeclaration' && declaration.id !== null) {
      this.values.set(declaration.id.name, {
        kind: 'function',
        node: declaration as FunctionNode,
        scope: new Scope(this),
      });
    } else if (declaration.type === 'ClassDeclaration' && declaration.id !== null) {
      this.classes.set(declaration.id.name, declaration);
    } else if (declaration.type === 'VariableDeclaration') {
      for (const { id, init } of declaration.declarations) {
        if (id.type === 'Identifier' && init !== null) this.initialisers.set(id.name, init);
      }
    }
  }

  /** The value of a number, of an object of such, of a member of another one, of what a protocol declares, or of a closure that is made. */
  private initial(expression: Expression): Value | undefined {
    switch (expression.type) {
      case 'Literal':
        return typeof expression.value === 'number' ? { kind: 'number', value: expression.value } : undefined;
      case 'ArrowFunctionExpression':
        return { kind: 'function', node: expression, scope: new Scope(this) };
      case 'Identifier':
        return this.find(expression.name);
      case 'MemberExpression': {
        const object = this.initial(expression.object as Expression);
        const { property } = expression;
        return object?.kind === 'object' && property.type === 'Identifier' ? object.member(property.name) : undefined;
      }
      case 'CallExpression': {
        const last = expression.arguments.at(-1);
        if (last?.type === 'ObjectExpression') return this.initial(last);
        const maker = this.initial(expression.callee as Expression);
        const args = expression.arguments.map((argument) => this.initial(argument as Expression) ?? UNDEFINED);
        return maker?.kind === 'function' ? instantiate(maker, args, {}, noArrays) : undefined;
      }
      case 'ObjectExpression':
        return membersOf(expression, (value) => this.initial(value));
      default:
        return undefined;
    }
  }
}
