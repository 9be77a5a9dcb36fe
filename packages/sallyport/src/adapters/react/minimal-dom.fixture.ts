import { vi } from 'vitest'

/** A node with no more than React needs to mount components that render nothing. */
function node(nodeName: string, ownerDocument?: object): object {
  return { nodeType: nodeName === '#document' ? 9 : 1, nodeName, tagName: nodeName, ownerDocument, addEventListener() {}, removeEventListener() {}, childNodes: [], textContent: '' }
}

/**
 * Gives the test a document that is just enough for `react-dom/client`. Call it before importing React's client, which looks for a
 * document when it loads. No package with a whole DOM is needed: hooks are tested through components that render nothing.
 */
export function minimalDom(): { newContainer(): Element } {
  const document = node('#document')
  vi.stubGlobal('document', document)
  vi.stubGlobal('window', { document, event: undefined, addEventListener() {}, removeEventListener() {}, HTMLIFrameElement: class {} })
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  // React asks nothing else of an element that stays empty.
  return { newContainer: () => node('DIV', document) as Element }
}
